/* The list: says how many people are ticked, and ticks a page at once. The form works without this file. */
(function () {
  "use strict";

  function say(form) {
    var words = form.querySelector("[data-picked]"), all = form.querySelector("[name=semua]");
    if (!words) return;
    var count = form.querySelectorAll("[name=id]:checked").length;
    words.textContent = all && all.checked ? words.dataset.all
      : count === 0 ? words.dataset.none
      : count === 1 ? words.dataset.one
      : words.dataset.some.replace("{n}", count);
  }

  function begin() {
    document.querySelectorAll("form[data-pick]").forEach(function (form) {
      var button = form.querySelector("[data-pick-page]");
      if (button) button.hidden = false;
      say(form);
    });
  }

  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-pick]");
    if (form) say(form);
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-pick-page]");
    if (!button) return;
    var boxes = Array.from(button.closest("form").querySelectorAll("[name=id]"));
    var some = boxes.some(function (box) { return !box.checked; });
    boxes.forEach(function (box) { box.checked = some; });
    say(button.closest("form"));
  });
  window.addEventListener("pageshow", begin);
  document.addEventListener("htmx:afterSwap", begin);
})();
