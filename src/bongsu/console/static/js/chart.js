// The large view of the right side: the map, or the globe. Which one stands in the address.

import { byId } from "./dom.js";
import { Globe } from "./globe.js";
import { ChartMap } from "./map.js";
import * as view from "./view.js";

const TURN_DEG = 4;

export class Chart {
  constructor(onMoved) {
    this.map = new ChartMap(byId("map"));
    this.globe = new Globe(byId("globe"), byId("globe-labels"));
    this.map.onMoved = onMoved;
    this.globe.onMoved = onMoved;
    this.onMoved = onMoved;
    this.show(view.read("view") === "globe");
  }

  get current() {
    return this.onGlobe ? this.globe : this.map;
  }

  show(onGlobe) {
    this.onGlobe = onGlobe;
    byId("map").hidden = onGlobe;
    byId("globe-box").hidden = !onGlobe;
    byId("globe-button").setAttribute("aria-pressed", String(onGlobe));
    if (onGlobe) this.globe.open();
  }

  toggle() {
    this.show(!this.onGlobe);
    view.write("view", this.onGlobe ? "globe" : null);
    this.onMoved();
  }

  draw(scene) {
    this.current.draw(scene);
  }

  zoom(factor) {
    this.current.zoom(factor);
  }

  // By keys: the map moves a fifth of its size, the globe some degrees.
  pan(east, north) {
    if (this.onGlobe) this.globe.turn(east * TURN_DEG, north * TURN_DEG);
    else this.map.pan(east, north);
  }

  fitAgain() {
    this.current.fitAgain();
  }

  fitNext() {
    this.map.byHand = false;
    this.globe.byHand = false;
  }
}
