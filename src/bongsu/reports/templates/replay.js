// The page's own script: the choice of language, and the replay drawn from the data that stands in the page. Nothing is fetched.
"use strict";

(() => {
  const root = document.documentElement;
  const holder = document.getElementById("replay-data");
  const data = holder ? JSON.parse(holder.textContent) : null;
  const byId = (id) => document.getElementById(id);
  let redraw = () => {};

  function choose(language) {
    root.lang = language;
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    redraw();
  }

  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      choose(button.dataset.language);
      history.replaceState(null, "", `?language=${button.dataset.language}${location.hash}`);
    });
  }
  byId("print").addEventListener("click", () => window.print());
  const asked = new URLSearchParams(location.search).get("language") || (navigator.language || "en").slice(0, 2);
  const first = ["en", "ko", "ja"].includes(asked) ? asked : "en";
  if (!data) {
    choose(first);
    return;
  }

  const canvas = byId("replay-map");
  const pen = canvas.getContext("2d");
  const slider = byId("replay-time");
  const view = byId("replay-view");
  const mark = document.querySelector(".mark");
  const [west, south, east, north] = data.box_deg;
  const squeeze = Math.cos(((south + north) / 2) * Math.PI / 180);
  const width = 960;
  const height = Math.max(360, Math.min(720, Math.round((width * (north - south)) / ((east - west) * squeeze))));
  const scale = Math.min(width / ((east - west) * squeeze), height / (north - south));
  const x = (lon) => width / 2 + (lon - (west + east) / 2) * squeeze * scale;
  const y = (lat) => height / 2 - (lat - (south + north) / 2) * scale;
  const colours = Object.fromEntries(data.nations.map((nation) => [nation.code, nation.colour]));
  let now = data.opens_s; // where there is something to see; playing begins at the beginning
  let playing = false;
  let before = 0;

  canvas.height = height;
  const say = (key, given = {}) => (data.words[root.lang][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole);
  const marked = () => mark.querySelector(`[lang="${root.lang}"]`)?.textContent ?? mark.textContent;

  function upTo(times, seconds) {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function trail(path, colour, line, named) {
    const count = upTo(path.t, now);
    if (!count) return;
    pen.strokeStyle = colour;
    pen.lineWidth = line;
    pen.beginPath();
    for (let i = 0; i < count; i += 1) pen.lineTo(x(path.lon[i]), y(path.lat[i]));
    let last = [path.lon[count - 1], path.lat[count - 1], path.alt[count - 1]];
    if (count < path.t.length) {
      const share = (now - path.t[count - 1]) / (path.t[count] - path.t[count - 1]);
      last = ["lon", "lat", "alt"].map((name) => path[name][count - 1] + share * (path[name][count] - path[name][count - 1]));
      pen.lineTo(x(last[0]), y(last[1]));
    }
    pen.stroke();
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x(last[0]), y(last[1]), line + 2, 0, 2 * Math.PI);
    pen.fill();
    if (named && count < path.t.length) {
      pen.font = "12px system-ui, sans-serif";
      pen.fillText(`${last[2].toFixed(0)} km`, x(last[0]) + 8, y(last[1]) - 6);
    }
  }

  function ellipse(point, colour) {
    if (!point) return;
    const [lat, lon, major, minor, bearing] = point;
    pen.strokeStyle = colour;
    pen.lineWidth = 1.2;
    if (major !== null && minor !== null && bearing !== null) {
      const perKm = scale / 111.32;
      pen.beginPath();
      pen.ellipse(x(lon), y(lat), Math.max(major * perKm, 2), Math.max(minor * perKm, 2), (bearing - 90) * Math.PI / 180, 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.beginPath();
    pen.moveTo(x(lon) - 5, y(lat));
    pen.lineTo(x(lon) + 5, y(lat));
    pen.moveTo(x(lon), y(lat) - 5);
    pen.lineTo(x(lon), y(lat) + 5);
    pen.stroke();
  }

  const newest = (held) => {
    const count = upTo(held.words.map((word) => word[0]), now);
    return count ? held.words[count - 1] : null;
  };

  function map() {
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = "#b9b2a0";
    pen.lineWidth = 0.8;
    for (const line of data.land) {
      pen.beginPath();
      for (let i = 0; i < line.length; i += 2) pen.lineTo(x(line[i]), y(line[i + 1]));
      pen.stroke();
    }
    const control = view.value === "";
    for (const held of data.held) {
      if (control ? held.origin !== held.node : held.node !== view.value) continue;
      const word = newest(held);
      if (!word) continue;
      trail(held, colours[held.origin] ?? "#888", control ? 2 : 2.5, !control && held.origin === held.node);
      if (word[1] !== "retracted" && word[1] !== "superseded") {
        ellipse(word[3], colours[held.origin] ?? "#888");
      }
    }
    if (control) for (const truth of data.truth) trail(truth, "#222", 1, true);
    pen.save();
    pen.fillStyle = "#b00020";
    pen.globalAlpha = 0.35;
    pen.font = "bold 22px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.fillText(marked(), width / 2, 30);
    pen.fillText(marked(), width / 2, height - 14);
    pen.restore();
  }

  function row(...cells) {
    const line = document.createElement("tr");
    for (const cell of cells) {
      const place = document.createElement("td");
      place.textContent = cell;
      line.append(place);
    }
    return line;
  }

  function tables() {
    const rows = [];
    for (const nation of data.nations) {
      const held = data.held.filter((one) => one.node === nation.code).map((one) => [one, newest(one)]).filter((pair) => pair[1]);
      if (!held.length) rows.push(row(nation.code, say("replay.nothing")));
      held.forEach(([one, word], number) => {
        const status = say(`status.${word[1]}`);
        rows.push(row(number ? "" : nation.code, `${one.warning}: ${status}`, `${Math.round(now - word[0])} s`));
      });
    }
    byId("replay-knows").replaceChildren(...rows);
    const past = data.moments.slice(0, upTo(data.moments.map((moment) => moment[0]), now)).slice(-8).reverse();
    byId("replay-moments").replaceChildren(...past.map((moment) => {
      const item = document.createElement("li");
      item.textContent = `${moment[0].toFixed(1)} s, ${moment[1]}: ${moment[3][root.lang]}`;
      return item;
    }));
  }

  redraw = () => {
    const stamp = new Date(data.start_ms + now * 1000).toISOString().replace("T", " ").slice(0, 19);
    byId("replay-clock").textContent = `${now.toFixed(0)} s · ${stamp} UTC`;
    byId("replay-play").textContent = say(playing ? "replay.pause" : "replay.play");
    slider.value = String(Math.round((now / data.end_s) * 1000));
    slider.setAttribute("aria-valuetext", `${now.toFixed(0)} s`);
    [...view.options].forEach((option) => {
      option.textContent = option.value ? say("replay.node", { node: option.value }) : say("replay.control");
    });
    map();
    tables();
  };

  function step(moment) {
    if (!playing) return;
    now = Math.min(data.end_s, now + ((moment - before) / 1000) * Number(byId("replay-speed").value));
    before = moment;
    if (now >= data.end_s) playing = false;
    redraw();
    if (playing) requestAnimationFrame(step);
  }

  for (const value of ["", ...data.nations.map((nation) => nation.code)]) view.append(new Option("", value));
  view.addEventListener("change", redraw);
  slider.addEventListener("input", () => {
    now = (Number(slider.value) / 1000) * data.end_s;
    redraw();
  });
  byId("replay-play").addEventListener("click", () => {
    playing = !playing;
    if (playing && (now >= data.end_s || now === data.opens_s)) now = 0;
    before = performance.now();
    redraw();
    if (playing) requestAnimationFrame(step);
  });
  choose(first);
})();
