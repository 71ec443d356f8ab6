/* Keeps the page at the door and its files, so that it opens without a line. It keeps nobody's data. */
"use strict";
var OWN = "okoce-pintu-{{ door }}-", KEEP = OWN + "{{ version }}", PAGE = "{{ page }}", FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}], PATIENCE = 4000;

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEEP).then(function (cache) {
    return Promise.all(FILES.map(function (url) { return cache.add(new Request(url, { credentials: "same-origin" })); }))
      .then(function () { return refresh(cache); });
  }).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (names) {
    return Promise.all(names.filter(function (n) { return n.indexOf(OWN) === 0 && n !== KEEP; })
      .map(function (n) { return caches.delete(n); }));
  }).then(function () { return self.clients.claim(); }));
});

// The page as it is served to whoever is signed in; an answer that leads to the sign-in is not kept.
function refresh(cache) {
  return fetch(PAGE, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
    if (answer.ok && !answer.redirected) return cache.put(PAGE, answer);
  });
}

function openPage(request) {
  return caches.open(KEEP).then(function (cache) {
    return cache.match(PAGE, { ignoreVary: true }).then(function (kept) {
      var fresh = fetch(request).then(function (answer) {
        if (answer.ok && answer.type === "basic" && !answer.redirected) cache.put(PAGE, answer.clone());
        else if (answer.status >= 500 && kept) return kept.clone();
        return answer;
      });
      if (!kept) return fresh;
      var late = new Promise(function (resolve) { setTimeout(function () { resolve(kept.clone()); }, PATIENCE); });
      return Promise.race([fresh, late]).catch(function () { return kept.clone(); });
    });
  });
}

self.addEventListener("fetch", function (event) {
  var url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") { if (url.pathname === PAGE) event.respondWith(openPage(event.request)); return; }
  if (FILES.indexOf(url.pathname) >= 0) {
    event.respondWith(caches.match(url.pathname, { ignoreSearch: true, ignoreVary: true }).then(function (kept) { return kept || fetch(event.request); }));
  }
});
