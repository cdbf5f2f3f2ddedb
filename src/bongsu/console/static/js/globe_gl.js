// The globe by three.js: few buffers, filled anew when something has changed, drawn only then.

import * as three from "../vendor/three.min.js";
import { FIELD_DEG } from "./globe_camera.js";

const PAPER = [4096, 2048];

const colours = new Map();
function rgb(text) {
  if (!colours.has(text)) {
    const hex = text.length === 4 ? text.slice(1).replace(/./g, "$&$&") : text.slice(1, 7);
    // As light is added up: the renderer turns it back.
    colours.set(text, [0, 2, 4].map((at) => (Number.parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2));
  }
  return colours.get(text);
}

// A buffer of points with colours that grows as needed.
class Cloud {
  constructor(make, material) {
    this.geometry = new three.BufferGeometry();
    this.object = make(this.geometry, material);
    this.object.frustumCulled = false;
    this.room = 0;
  }

  fill(parts) {
    const count = parts.reduce((sum, [points]) => sum + points.length / 3, 0);
    if (count > this.room) {
      this.room = Math.ceil(count * 1.5);
      this.geometry.dispose();
      for (const name of ["position", "color"]) {
        const attribute = new three.BufferAttribute(new Float32Array(this.room * 3), 3);
        attribute.setUsage(three.DynamicDrawUsage);
        this.geometry.setAttribute(name, attribute);
      }
    }
    this.geometry.setDrawRange(0, count);
    if (count === 0) return;
    const { position, color } = this.geometry.attributes;
    let at = 0;
    for (const [points, colour] of parts) {
      position.array.set(points, at);
      const [red, green, blue] = rgb(colour);
      for (let i = at; i < at + points.length; i += 3) {
        color.array[i] = red;
        color.array[i + 1] = green;
        color.array[i + 2] = blue;
      }
      at += points.length;
    }
    for (const attribute of [position, color]) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, at);
      attribute.needsUpdate = true;
    }
  }
}

// Whether the browser would reckon every point by itself: then a plain canvas is several times as fast.
export function inSoftware() {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  const name = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software/i.test(name);
}

export class GlobeGl {
  // Throws where the browser has no WebGL.
  constructor(canvas) {
    this.renderer = new three.WebGLRenderer({ canvas, antialias: true, powerPreference: "low-power" });
    this.scene = new three.Scene();
    this.camera = new three.PerspectiveCamera(FIELD_DEG, 1, 0.02, 40);
    this.camera.up.set(0, 0, 1);
    this.paper = document.createElement("canvas");
    [this.paper.width, this.paper.height] = PAPER;
    this.texture = new three.CanvasTexture(this.paper);
    this.texture.colorSpace = three.SRGBColorSpace;
    const ball = new three.SphereGeometry(1, 128, 64);
    ball.rotateX(Math.PI / 2);
    this.scene.add(new three.Mesh(ball, new three.MeshBasicMaterial({ map: this.texture })));
    const lines = (more) => new Cloud((geometry, material) => new three.LineSegments(geometry, material), new three.LineBasicMaterial({ vertexColors: true, ...more }));
    this.lines = lines({});
    this.faint = lines({ transparent: true, opacity: 0.4, depthWrite: false });
    this.dots = new Cloud((geometry, material) => new three.Points(geometry, material), new three.PointsMaterial({ vertexColors: true, size: 5, sizeAttenuation: false }));
    this.fans = new Cloud((geometry, material) => new three.Mesh(geometry, material),
      new three.MeshBasicMaterial({ vertexColors: true, transparent: true, opacity: 0.25, side: 2, depthWrite: false }));
    for (const cloud of [this.lines, this.faint, this.dots, this.fans]) this.scene.add(cloud.object);
  }

  ground(paint, space) {
    paint(this.paper.getContext("2d"), ...PAPER);
    this.texture.needsUpdate = true;
    this.renderer.setClearColor(space);
  }

  fill(made) {
    this.lines.fill(made.lines);
    this.faint.fill(made.faint);
    this.dots.fill(made.dots);
    this.fans.fill(made.fans.map(([centre, ring, colour]) => [triangles(centre, ring), colour]));
  }

  render(view, ratio) {
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(view.width, view.height, false);
    this.camera.aspect = view.width / view.height;
    this.camera.position.set(...view.direction.map((part) => part * view.distance));
    this.camera.lookAt(0, 0, 0);
    this.camera.updateProjectionMatrix();
    this.renderer.render(this.scene, this.camera);
  }
}

function triangles(centre, ring) {
  const made = new Float32Array(Math.max(0, ring.length - 1) * 9);
  for (let i = 0; i + 1 < ring.length; i += 1) {
    made.set(centre, i * 9);
    made.set(ring[i], i * 9 + 3);
    made.set(ring[i + 1], i * 9 + 6);
  }
  return made;
}
