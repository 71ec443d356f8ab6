/* On every page of staff: lists of people that a phone keeps for the door go when their day is over and when
   somebody signs out. What is not sent yet holds no names and stays, sealed, until the same person sends it. */
(function () {
  "use strict";

  var NAME = "okoce-pintu";
  function isThere() { try { return !!localStorage.getItem(NAME); } catch (e) { return false; } }
  if (!window.indexedDB || !isThere()) return;

  function each(work) {
    return new Promise(function (resolve) {
      var request = indexedDB.open(NAME);
      request.onupgradeneeded = function () { request.transaction.abort(); };
      request.onerror = function () { resolve(0); };
      request.onsuccess = function () {
        var db = request.result, deal, left = 0;
        try { deal = db.transaction(["lists", "queue"], "readwrite"); } catch (e) { db.close(); resolve(0); return; }
        work(deal, function (count) { left = count; });
        deal.oncomplete = deal.onabort = function () { db.close(); resolve(left); };
      };
    });
  }

  // Lists whose day is over.
  each(function (deal) {
    var lists = deal.objectStore("lists"), asked = lists.getAll();
    asked.onsuccess = function () {
      asked.result.forEach(function (row) { if (Date.now() - (row.ahead || 0) >= row.until) lists.delete(row.id); });
    };
  });

  function wipe() {
    return each(function (deal, tell) {
      deal.objectStore("lists").clear();
      var asked = deal.objectStore("queue").count();
      asked.onsuccess = function () { tell(asked.result); };
    }).then(function (left) {
      if (left) return;
      try { localStorage.removeItem(NAME); } catch (e) { /* nothing to remove */ }
      return new Promise(function (resolve) {
        var gone = indexedDB.deleteDatabase(NAME);
        gone.onsuccess = gone.onerror = gone.onblocked = resolve;
      });
    }).then(function () {
      if (!navigator.serviceWorker) return;
      return navigator.serviceWorker.getRegistrations().then(function (all) {
        return Promise.all(all.filter(function (r) { return /\/pintu\/$/.test(r.scope); }).map(function (r) { return r.unregister(); }));
      }).then(function () { return window.caches ? caches.keys() : []; }).then(function (names) {
        return Promise.all(names.filter(function (n) { return n.indexOf(NAME) === 0; }).map(function (n) { return caches.delete(n); }));
      });
    });
  }

  function unsent() {
    return each(function (deal, tell) {
      var asked = deal.objectStore("queue").count();
      asked.onsuccess = function () { tell(asked.result); };
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-sign-out") || form.dataset.wiped) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.wiped = "1";
    var done = false, door = form.getAttribute("data-sign-out");
    function go() { if (!done) { done = true; form.submit(); } }
    unsent().then(function (count) {
      // The page at the door says what waits; its own button signs out all the same.
      if (count && door) { done = true; window.location.assign(door + "?keluar=1"); return; }
      return wipe().then(go, go);
    }).catch(go);
    setTimeout(go, 4000);
  }, true);
})();
