/* What a phone at the door keeps: lists of the day and what was recorded, each sealed with a key that the browser
   never gives out. Nothing is shown as recorded before it is written to the disk. */
(function () {
  "use strict";

  var NAME = "okoce-pintu", FLAG = "okoce-pintu";
  var opened;

  function possible() {
    return !!(window.indexedDB && window.crypto && window.crypto.subtle && window.TextEncoder && window.Promise && window.fetch);
  }

  function open() {
    if (opened) return opened;
    opened = new Promise(function (resolve, reject) {
      var request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = function () {
        var db = request.result;
        db.createObjectStore("keys");
        db.createObjectStore("lists", { keyPath: "id" });
        db.createObjectStore("queue", { keyPath: "nonce" });
      };
      request.onsuccess = function () {
        request.result.onversionchange = function () { request.result.close(); opened = null; };
        try { localStorage.setItem(FLAG, "1"); } catch (e) { /* private mode: the database goes with the window */ }
        resolve(request.result);
      };
      request.onerror = function () { opened = null; reject(request.error); };
    });
    return opened;
  }

  // One transaction; resolves when it is on the disk, not when it was asked for.
  function run(name, mode, work) {
    return open().then(function (db) {
      return new Promise(function (resolve, reject) {
        var deal = db.transaction(name, mode, { durability: "strict" }), asked = work(deal.objectStore(name));
        deal.oncomplete = function () { resolve(asked ? asked.result : undefined); };
        deal.onerror = deal.onabort = function () { reject(deal.error); };
      });
    });
  }

  function key() {
    return run("keys", "readonly", function (s) { return s.get("seal"); }).then(function (known) {
      if (known) return known;
      return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]).then(function (made) {
        // Two tabs may make one each: add refuses the second, and the first is used by both.
        return run("keys", "readwrite", function (s) { return s.add(made, "seal"); }).then(
          function () { return made; },
          function () { return run("keys", "readonly", function (s) { return s.get("seal"); }); });
      });
    });
  }

  function device() {
    return run("keys", "readonly", function (s) { return s.get("device"); }).then(function (known) {
      if (known) return known;
      var made = hex(crypto.getRandomValues(new Uint8Array(3)));
      return run("keys", "readwrite", function (s) { return s.put(made, "device"); }).then(function () { return made; });
    });
  }

  function hex(bytes) {
    return Array.prototype.map.call(bytes, function (b) { return ("0" + b.toString(16)).slice(-2); }).join("");
  }

  function seal(value, bound) {
    return key().then(function (k) {
      var iv = crypto.getRandomValues(new Uint8Array(12)), enc = new TextEncoder();
      return crypto.subtle.encrypt({ name: "AES-GCM", iv: iv, additionalData: enc.encode(bound) }, k, enc.encode(JSON.stringify(value)))
        .then(function (data) { return { iv: iv, data: data }; });
    });
  }

  function unseal(sealed, bound) {
    return key().then(function (k) {
      return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: new TextEncoder().encode(bound) }, k, sealed.data);
    }).then(function (data) { return JSON.parse(new TextDecoder().decode(data)); });
  }

  function digest(session, token) {  // trainings/views/door.py digest_of
    return crypto.subtle.digest("SHA-256", new TextEncoder().encode("okoce-door:" + session + ":" + token)).then(function (found) {
      return hex(new Uint8Array(found)).slice(0, 32);
    });
  }

  function saveList(list) {
    var id = list.session.id;
    return seal(list, "list:" + id).then(function (sealed) {
      return run("lists", "readwrite", function (s) {
        return s.put({ id: id, owner: list.owner, until: Date.parse(list.session.until), ahead: list.ahead, sealed: sealed });
      });
    });
  }

  function list(id) {
    return run("lists", "readonly", function (s) { return s.get(id); }).then(function (row) {
      return row ? unseal(row.sealed, "list:" + id).catch(function () { return null; }) : null;
    });
  }

  function lists() { return run("lists", "readonly", function (s) { return s.getAll(); }); }
  function forget(id) { return run("lists", "readwrite", function (s) { return s.delete(id); }); }

  // Lists of days that are over, and those of somebody else.
  function tidy(owner) {
    return lists().then(function (rows) {
      return Promise.all(rows.filter(function (r) {
        return Date.now() - (r.ahead || 0) >= r.until || (owner && r.owner !== owner);
      }).map(function (r) { return forget(r.id); }));
    });
  }

  function keep(entry) {
    return seal(entry, "entry:" + entry.nonce).then(function (sealed) {
      return run("queue", "readwrite", function (s) {
        return s.put({ nonce: entry.nonce, session: entry.session, owner: entry.owner, officer: entry.officer, order: entry.order, sealed: sealed });
      });
    });
  }

  function waiting() {
    return run("queue", "readonly", function (s) { return s.getAll(); }).then(function (rows) {
      rows.sort(function (a, b) { return a.order - b.order; });
      return Promise.all(rows.map(function (row) { return unseal(row.sealed, "entry:" + row.nonce); }));
    });
  }

  function drop(nonces) {
    return run("queue", "readwrite", function (s) { nonces.forEach(function (n) { s.delete(n); }); });
  }

  window.OkoceDoor = {
    possible: possible, device: device, digest: digest, saveList: saveList, list: list, lists: lists, forget: forget,
    tidy: tidy, keep: keep, waiting: waiting, drop: drop, hex: hex
  };
})();
