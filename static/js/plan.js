/* Moves stalls about on their plan, with keys, mouse or fingers. All places go to the server in one form; until
   then nothing is changed there. Without this file the form below the list moves them. */
(function () {
  "use strict";
  var root = document.querySelector("[data-canvas]");
  if (!root) return;

  var svg = root.querySelector("svg"), form = root.querySelector("[data-places]"), keys = root.querySelector("[data-keys]");
  var said = root.querySelector("[data-said]"), unsaved = root.querySelector("[data-unsaved]"), moved = root.querySelector("[data-moved]");
  var stepX = +root.dataset.stepX, stepY = +root.dataset.stepY, rows = +root.dataset.rows, columns = +root.dataset.columns;
  var WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  var DRAG = 6, stalls = [], held = null, from = null, pull = null, quiet = 0;

  svg.querySelectorAll("[data-stall]").forEach(function (node) {
    var stall = {
      node: node, pk: node.dataset.stall, number: node.dataset.number, drawn: [+node.dataset.row, +node.dataset.column],
      row: +node.dataset.row, column: +node.dataset.column, width: +node.dataset.width, depth: +node.dataset.depth
    };
    stall.was = node.dataset.was ? node.dataset.was.split(",").map(Number) : stall.drawn.slice();
    node.setAttribute("role", "button");
    node.setAttribute("aria-pressed", "false");
    node.setAttribute("tabindex", stalls.length ? "-1" : "0");
    stalls.push(stall);
    show(stall);
  });
  if (!stalls.length) return;
  svg.setAttribute("role", "application");
  svg.setAttribute("aria-describedby", "petunjuk");
  root.querySelector("[data-hint]").hidden = false;
  form.hidden = false;
  tell();

  function words(name, stall, other) {
    return root.dataset[name].replace("{number}", stall ? stall.number : "").replace("{other}", other ? other.number : "")
      .replace("{row}", stall ? stall.row : "").replace("{column}", stall ? stall.column : "");
  }

  function say(name, stall, other) { said.textContent = words(name, stall, other); }

  function isMoved(stall) { return stall.row !== stall.was[0] || stall.column !== stall.was[1]; }

  // Draws a stall on its cell, or ``dx``, ``dy`` beside it while it is dragged.
  function show(stall, dx, dy) {
    var x = (stall.column - stall.drawn[1]) * stepX + (dx || 0), y = (stall.row - stall.drawn[0]) * stepY + (dy || 0);
    stall.node.setAttribute("transform", "translate(" + x + " " + y + ")");
    stall.node.classList.toggle("is-moved", isMoved(stall));
    stall.node.setAttribute("aria-label", words("at", stall) + ". " + stall.node.querySelector("title").textContent);
  }

  function tell() {
    var some = stalls.filter(isMoved);
    unsaved.hidden = !some.length;
    moved.textContent = root.dataset.count.replace("{count}", some.length);
    form.elements.letak.value = some.map(function (s) { return s.pk + "@" + s.row + "," + s.column; }).join(" ");
    svg.querySelectorAll(".oo-tent").forEach(function (tent) { tent.classList.toggle("d-none", some.length > 0); });
    keys.hidden = !held;
  }

  function focus(stall) {
    stalls.forEach(function (other) { other.node.setAttribute("tabindex", other === stall ? "0" : "-1"); });
    stall.node.focus();
  }

  function pick(stall) {
    held = stall;
    from = [stall.row, stall.column];
    stall.node.setAttribute("aria-pressed", "true");
    svg.appendChild(stall.node);
    focus(stall);
    say("picked", stall);
    tell();
  }

  function release() {
    held.node.setAttribute("aria-pressed", "false");
    held = null;
    tell();
  }

  function overlaps(a, b) {
    return a.row < b.row + b.depth && b.row < a.row + a.depth && a.column < b.column + b.width && b.column < a.column + a.width;
  }

  // Puts the held stall down where it is: on a free place, or in exchange with one of the same size.
  function put() {
    var stall = held, there = stalls.filter(function (other) { return other !== stall && overlaps(stall, other); });
    var other = there[0];
    if (there.length > 1 || (other && (other.width !== stall.width || other.depth !== stall.depth))) {
      say("taken", stall, other);
      return false;
    }
    if (other) {
      other.row = from[0];
      other.column = from[1];
      if (stalls.some(function (third) { return third !== other && overlaps(other, third); })) {
        other.row = stall.row;
        other.column = stall.column;
        say("taken", stall, other);
        return false;
      }
      show(other);
      say("swapped", stall, other);
    } else {
      say("put", stall);
    }
    show(stall);
    release();
    return true;
  }

  function giveBack() {
    var stall = held;
    stall.row = from[0];
    stall.column = from[1];
    show(stall);
    release();
    say("back", stall);
  }

  function place(stall, row, column) {
    stall.row = Math.max(1, Math.min(rows - stall.depth + 1, row));
    stall.column = Math.max(1, Math.min(columns - stall.width + 1, column));
    show(stall);
  }

  function step(way) {
    var row = held.row, column = held.column;
    place(held, row + way[0], column + way[1]);
    say(held.row === row && held.column === column ? "edge" : "at", held);
    held.node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The nearest stall in a direction, those straight ahead first.
  function next(stall, way) {
    var best = null, least = Infinity;
    stalls.forEach(function (other) {
      var down = other.row - stall.row, right = other.column - stall.column;
      var ahead = down * way[0] + right * way[1], aside = Math.abs(down * way[1]) + Math.abs(right * way[0]);
      if (other === stall || ahead <= 0 || ahead + 3 * aside >= least) return;
      best = other;
      least = ahead + 3 * aside;
    });
    return best;
  }

  function press(key) {
    if (held && WAYS[key]) step(WAYS[key]);
    else if (held && (key === "Enter" || key === " ")) put();
    else if (held && key === "Escape") giveBack();
    else return false;
    return true;
  }

  function stallOf(target) {
    var node = target.closest && target.closest("[data-stall]");
    return node ? stalls.find(function (stall) { return stall.node === node; }) : null;
  }

  svg.addEventListener("keydown", function (event) {
    var stall = stallOf(event.target), other;
    if (!stall || event.ctrlKey || event.altKey || event.metaKey) return;
    if (press(event.key)) event.preventDefault();
    else if (!held && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); pick(stall); }
    else if (!held && WAYS[event.key]) {
      event.preventDefault();
      other = next(stall, WAYS[event.key]);
      if (other) focus(other);
    }
  });

  keys.addEventListener("click", function (event) {
    var button = event.target.closest("[data-key]");
    if (button && held) press(button.dataset.key);
  });

  function point(event) {
    var at = svg.createSVGPoint();
    at.x = event.clientX;
    at.y = event.clientY;
    return at.matrixTransform(svg.getScreenCTM().inverse());
  }

  // A mouse drags at once; a finger drags what it picked up before, so that it can still move the page.
  svg.addEventListener("pointerdown", function (event) {
    var stall = stallOf(event.target);
    if (!stall || event.button || (event.pointerType === "touch" && stall !== held)) return;
    pull = { stall: stall, start: point(event), id: event.pointerId, goes: false };
  });

  svg.addEventListener("pointermove", function (event) {
    var at;
    if (!pull || event.pointerId !== pull.id) return;
    at = point(event);
    if (!pull.goes) {
      if (Math.abs(at.x - pull.start.x) + Math.abs(at.y - pull.start.y) < DRAG) return;
      if (held && held !== pull.stall && !put()) { pull = null; return; }
      if (held !== pull.stall) pick(pull.stall);
      pull.goes = true;
      svg.setPointerCapture(pull.id);
      pull.stall.node.classList.add("is-held");
    }
    show(pull.stall, at.x - pull.start.x, at.y - pull.start.y);
  });

  function drop(event) {
    var at, stall;
    if (!pull || event.pointerId !== pull.id) return;
    stall = pull.stall;
    stall.node.classList.remove("is-held");
    if (pull.goes) {
      at = point(event);
      place(stall, stall.row + Math.round((at.y - pull.start.y) / stepY), stall.column + Math.round((at.x - pull.start.x) / stepX));
      if (event.type === "pointercancel" || !put()) giveBack();
      quiet = Date.now();
    }
    pull = null;
  }
  svg.addEventListener("pointerup", drop);
  svg.addEventListener("pointercancel", drop);

  svg.addEventListener("click", function (event) {
    var stall = stallOf(event.target), at;
    if (Date.now() - quiet < 300) return;
    if (!held && stall) pick(stall);
    else if (held && stall === held) put();
    else if (held) {
      at = point(event);
      place(held, stall ? stall.row : Math.floor((at.y - 4) / stepY) + 1, stall ? stall.column : Math.floor((at.x - 4) / stepX) + 1);
      if (!put()) giveBackQuietly();
    }
  });

  // What was said of the place that is taken stays to be read.
  function giveBackQuietly() {
    var words = said.textContent;
    giveBack();
    said.textContent = words;
  }

  root.querySelector("[data-undo]").addEventListener("click", function () {
    if (held) release();
    stalls.forEach(function (stall) { stall.row = stall.was[0]; stall.column = stall.was[1]; show(stall); });
    tell();
    focus(stalls[0]);
  });

  form.addEventListener("submit", function (event) {
    if (held && !put()) event.preventDefault();
  });
})();
