// What the globe uses of three.js; all else is left out of the bundle.
export {
  BufferAttribute, BufferGeometry, CanvasTexture, DynamicDrawUsage, Group, LineBasicMaterial, LineSegments, Mesh, MeshBasicMaterial,
  PerspectiveCamera, Points, PointsMaterial, Scene, SphereGeometry, SRGBColorSpace, Vector3, WebGLRenderer,
} from "three";
