/* Keys of the in-tray: J and K go to the next and the one before, E marks as done, R writes back, ? explains.
   Only while no field has the focus and no other key is held. Everything can be done without this file. */
(function () {
  "use strict";
  var OFF = "tray-keys-off", help = document.querySelector("[data-keys-help]");
  if (!help) return;
  var box = help.querySelector("[data-keys-on]");

  function isOff() {
    try { return localStorage.getItem(OFF) === "1"; } catch (error) { return false; }
  }
  function keep(off) {
    try { if (off) localStorage.setItem(OFF, "1"); else localStorage.removeItem(OFF); } catch (error) { /* this visit only */ }
  }
  function isTyping(place) {
    return place.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName);
  }
  function rows() { return Array.from(document.querySelectorAll("[data-keys-row]")); }

  function go(step) {
    var link = document.querySelector(step > 0 ? "[data-keys-next]" : "[data-keys-previous]");
    if (link) { link.click(); return true; }
    var all = rows(), at = all.indexOf(document.activeElement);
    var to = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (to) to.focus();
    return Boolean(to);
  }
  function explain() {
    help.open = !help.open;
    if (help.open) { help.querySelector("summary").focus(); help.scrollIntoView({ block: "nearest" }); }
    return true;
  }
  function press(what) {
    var thing = document.querySelector(what);
    if (!thing) return false;
    if (thing.tagName === "TEXTAREA") thing.focus(); else thing.click();
    return true;
  }
  var DEEDS = {
    j: function () { return go(1); },
    k: function () { return go(-1); },
    e: function () { return press("[data-keys-done]"); },
    r: function () { return press("[data-keys-reply]"); },
    "?": explain
  };

  help.hidden = false;
  box.checked = !isOff();
  box.addEventListener("change", function () { keep(!box.checked); });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.defaultPrevented) return;
    if (isTyping(event.target)) return;
    var key = event.key.length === 1 ? event.key.toLowerCase() : "";
    if (!DEEDS[key] || (!box.checked && key !== "?")) return;
    if (DEEDS[key]()) event.preventDefault();
  });
})();
