/* The page on the wall opens itself anew when its code changes; without a line it tries again until it can. */
(function () {
  "use strict";
  var wall = document.querySelector("[data-refresh]");
  if (!wall) return;
  function again() {
    fetch(location.href, { method: "HEAD", cache: "no-store", credentials: "same-origin" })
      .then(function () { location.reload(); }, function () { setTimeout(again, 5000); });
  }
  setTimeout(again, parseInt(wall.dataset.refresh, 10) * 1000);
})();
