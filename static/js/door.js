/* The page at the door. Everything that is recorded goes into the phone's queue first and is sent from there. */
(function () {
  "use strict";

  var root = document.getElementById("pintu"), D = window.OkoceDoor;
  if (!root || !D) return;
  root.hidden = false;

  var words = JSON.parse(root.dataset.words), asked = new URLSearchParams(location.search);
  var id = parseInt(asked.get(root.dataset.asks), 10) || 0, session = id && root.dataset.prefix ? root.dataset.prefix + id : id;
  var SEND_AGAIN = 15000, ASK_AGAIN = 20000, IDLE = 10 * 60000, VISIT = 60000, PORTION = 100, SHOWN = 60;
  var list = null, queue = [], byNumber = {}, byCard = {}, me = null, device = "", order = Date.now();
  var state = navigator.onLine === false ? "offline" : "online", sending = null, again = false, visit = {}, touched = Date.now();
  var show = "absent", showAll = false, stopCamera = null, sound = null, told = [];

  function $(id) { return document.getElementById("pintu-" + id); }
  function say(text) { var args = [].slice.call(arguments, 1); return text.replace(/%s/g, function () { return args.shift(); }); }
  function make(tag, cls, text) { var e = document.createElement(tag); if (cls) e.className = cls; if (text) e.textContent = text; return e; }
  // What waits knows where it goes: another kind of door may have recorded it on this phone.
  function address(name, id) {
    var entry = queue.filter(function (e) { return e.session === id && e.door; })[0];
    var path = entry && entry.door[name] || root.dataset[name];
    return path.replace("/0/", "/" + String(id).replace(/^\D+/, "") + "/");
  }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clock(ms) {  // Jakarta has one time all year
    var d = new Date(ms + 7 * 3600000); return two(d.getUTCHours()) + "." + two(d.getUTCMinutes());
  }
  function now() { return Date.now() - (list ? list.ahead : 0); }
  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    var b = crypto.getRandomValues(new Uint8Array(16)); b[6] = b[6] & 15 | 64; b[8] = b[8] & 63 | 128;
    var h = D.hex(b); return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
  }

  // ---------------------------------------------------------------- what is known

  function take(fresh) {
    list = fresh; byNumber = {}; byCard = {};
    list.people.forEach(function (p) {
      p.low = p.name.toLowerCase();
      byNumber[p.number] = p;
      p.cards.forEach(function (c) { byCard[c] = p; });
    });
  }

  // Who is there: what the portal said, and over it what waits here.
  function presence(person) {
    var at = person.at, out = person.out || "";
    queue.forEach(function (e) {
      if (e.session !== session || e.number !== person.number || e.is === "bad") return;
      if (e.does === "in" && e.is === "ok") { at = at || e.clock; out = ""; }
      if (e.does === "out" && e.is === "ok") out = e.clock;
      if (e.does === "undo" || e.does === "other_person") { at = ""; out = ""; }
    });
    return { at: at, out: out };
  }

  function mine() { return queue.filter(function (e) { return !me || e.owner === me; }); }

  // ---------------------------------------------------------------- recording

  function record(entry) {
    touched = Date.now();
    entry.nonce = uuid(); entry.session = session; entry.owner = list.owner; entry.officer = list.officer;
    entry.door = { list: root.dataset.list, send: root.dataset.send };
    entry.at = new Date().toISOString(); entry.clock = clock(now()); entry.order = order++;
    return D.keep(entry).then(function () { queue.push(entry); paint(); send(); return entry; });
  }

  function mark(person, how, token) {
    if (early()) return;
    var here = presence(person), leaves = direction() === "out", name = person.name, entry;
    entry = { does: leaves ? "out" : "in", how: how, number: person.number, token: token || "", is: "ok" };
    if (leaves && (!here.at || here.out)) entry.is = "bad";
    if (!leaves && here.at && !(list.session.counts_hours && here.out)) entry.is = "again";
    record(entry).then(function (kept) {
      if (kept.is === "bad") result("bad", say(words.not_in, name), "");
      else if (kept.is === "again") result("warn", say(words.again, name), words.again_text);
      else result("ok", say(leaves ? words.left : here.out ? words.back : words.present, name), when(kept), kept, person);
    });
  }

  function when(entry) { return say(state === "online" ? words.recorded : words.waits, entry.clock); }
  function direction() { return list.session.counts_hours && document.getElementById("arah-out").checked ? "out" : "in"; }

  function early() {
    if (now() >= Date.parse(list.session.opens)) return false;
    result("bad", words.early, words.early_text);
    return true;
  }

  function scanned(text) {
    var found = /\/k\/([A-Za-z0-9_-]{8,64})\/?$/.exec(text.trim());
    if (!found) {
      // What stands on a foreign code is nobody's business here: only that there was one is noted.
      record({ does: "in", how: "card", number: "", token: "bukan-kartu", is: "bad" }).then(function () {
        result("bad", words.no_card, words.no_card_text);
      });
      return;
    }
    D.digest(session, found[1]).then(function (digest) {
      var person = byCard[digest];
      if (person) { mark(person, "card", found[1]); return; }
      if (early()) return;
      record({ does: direction(), how: "card", number: "", token: found[1], is: "bad" }).then(function (kept) {
        result("bad", words.unknown, state === "online" ? "" : words.unknown_text, kept);
      });
    });
  }

  function takeBack(entry, person, does) {
    record({ does: does, how: "list", number: person.number, token: "", undoes: entry ? entry.nonce : "", is: "ok" }).then(function () {
      result("warn", does === "undo" ? say(words.undone, person.name) : words.not_theirs, "");
    });
  }

  // ---------------------------------------------------------------- telling: colour, word, sound, shaking

  var lastShown = "";
  function result(tone, title, text, entry, person) {
    var note = make("div", "oo-note oo-door__said is-" + tone), body = make("div");
    note.append(document.getElementById("ikon-" + tone).content.cloneNode(true));
    body.append(make("b", "", title));
    if (text) body.append(" ", make("span", "", text));
    note.append(body);
    $("hasil").replaceChildren(note);
    lastShown = entry ? entry.nonce : "";
    var more = $("lanjut"); more.replaceChildren();
    if (entry && person && entry.does === "in") {
      button(more, words.undo, function () { takeBack(entry, person, "undo"); });
      if (entry.how === "card") button(more, words.not_the_person, function () { takeBack(entry, person, "other_person"); });
    }
    signal(tone);
  }

  function button(place, label, work) {
    var b = make("button", "btn btn-secondary btn-sm", label); b.type = "button";
    b.addEventListener("click", work); place.append(b);
  }

  function signal(tone) {
    if (navigator.vibrate) navigator.vibrate(tone === "ok" ? 80 : tone === "warn" ? [80, 60, 80] : [250, 100, 250]);
    if (!sound) return;
    var steps = tone === "ok" ? [880] : tone === "warn" ? [520, 520] : [240, 180];
    steps.forEach(function (pitch, i) {
      var tune = sound.createOscillator(), loud = sound.createGain(), from = sound.currentTime + i * 0.18;
      tune.frequency.value = pitch; loud.gain.value = 0.15; tune.connect(loud); loud.connect(sound.destination);
      tune.start(from); tune.stop(from + 0.14);
    });
  }

  // ---------------------------------------------------------------- sending

  function ask(url, options) {
    var stop = new AbortController(), limit = setTimeout(function () { stop.abort(); }, 20000);
    options = options || {};
    options.credentials = "same-origin"; options.redirect = "manual"; options.cache = "no-store"; options.signal = stop.signal;
    return fetch(url, options).then(function (answer) {
      clearTimeout(limit);
      if (answer.type === "opaqueredirect" || answer.status === 401) throw { is: "signed_out" };
      if (answer.status === 404 || answer.status === 403) throw { is: "gone" };
      if (answer.status === 409) throw { is: "other_owner" };
      if (!answer.ok) throw { is: answer.status >= 500 ? "offline" : "refused" };
      return answer.json();
    }, function () { clearTimeout(limit); throw { is: "offline" }; });
  }

  function fetchList(id) {
    return ask(address("list", id)).then(function (found) {
      found.ahead = Date.now() - Date.parse(found.now);
      me = found.owner; state = "online";
      return D.tidy(me).then(function () {
        return found.people.length || id === session ? D.saveList(withoutToken(found)) : null;
      }).then(function () { return found; });
    });
  }

  // The token of the form is of this visit; it is not kept.
  function withoutToken(found) {
    var kept = {}; Object.keys(found).forEach(function (k) { if (k !== "csrf") kept[k] = found[k]; }); return kept;
  }

  function send() {
    if (sending) { again = true; return sending; }
    var work = function () { return sendAll().catch(function (e) { state = e && e.is ? e.is : "offline"; }); };
    sending = (navigator.locks ? navigator.locks.request("okoce-pintu", work) : work()).then(function () {
      sending = null; paint();
      if (again && state === "online") { again = false; return send(); }
      again = false;
    });
    return sending;
  }

  function sendAll() {
    return D.waiting().then(function (rows) {
      queue = rows;
      var ids = [];
      rows.forEach(function (e) { if (ids.indexOf(e.session) < 0) ids.push(e.session); });
      if (session && ids.indexOf(session) < 0) ids.push(session);
      if (Date.now() - visit.at >= ASK_AGAIN - 1000 && !rows.length) visit = {};
      return ids.reduce(function (before, id) { return before.then(function () { return sendFor(id); }); }, Promise.resolve());
    });
  }

  function sendFor(id) {
    var known = visit.id === id && visit.owner === me && Date.now() - visit.at < VISIT;
    var theirs = queue.filter(function (e) { return e.session === id; });
    if (known && theirs.length && theirs.every(function (e) { return e.owner === me; })) {
      return post(id, theirs.slice(0, PORTION)).catch(function (e) {
        visit = {};
        if (e && (e.is === "offline" || e.is === "signed_out" || e.is === "other_owner")) throw e;
        return sendFor(id);  // the form's token was of another visit
      });
    }
    return fetchList(id).then(function (found) {
      visit = { id: id, owner: me, at: Date.now(), csrf: found.csrf };
      if (id === session) take(found);
      var own = theirs.filter(function (e) { return e.owner === me; });
      if (own.length) return post(id, own.slice(0, PORTION));
      if (theirs.length) throw { is: "other_owner" };
    });
  }

  function post(id, part) {
    return ask(address("send", id), {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": visit.csrf },
      body: JSON.stringify({
        owner: me, device: device, now: new Date().toISOString(),
        entries: part.map(function (e) {
          return { nonce: e.nonce, does: e.does, how: e.how, at: e.at, number: e.token ? "" : e.number, token: e.token, undoes: e.undoes || "" };
        })
      })
    }).then(function (answer) {
      var done = {}; answer.told.forEach(function (t) { done[t.nonce] = t; });
      state = "online";
      return D.drop(Object.keys(done)).then(function () {
        part.forEach(function (e) { if (done[e.nonce]) { if (id === session) apply(done[e.nonce]); heard(e, done[e.nonce]); } });
        queue = queue.filter(function (e) { return !done[e.nonce]; });
        var left = queue.some(function (e) { return e.session === id && e.owner === me; });
        if (left && answer.told.length) return sendFor(id);
        if (id === session && list) return D.saveList(withoutToken(list));
      });
    });
  }

  function apply(answer) {
    var person = byNumber[answer.number];
    if (!person) return;
    if (answer.result === "accepted") { person.at = answer.at; person.out = ""; }
    if (answer.result === "duplicate") person.at = person.at || answer.at;
    if (answer.result === "left") person.out = answer.at;
    if (answer.result === "back") person.out = "";
    if (answer.result === "undone" || answer.result === "other_person") { person.at = ""; person.out = ""; }
  }

  // What the portal made of it. What was thought to be right and is not must be seen, however late.
  function heard(entry, answer) {
    var differs = answer.tone === "bad" && entry.is !== "bad";
    if (entry.nonce === lastShown && (answer.tone === "bad" || entry.is === "bad")) {
      result(answer.tone, answer.text, "", null, null);
      if (answer.result === "not_booked" && answer.number) admit(answer.number);
      return;
    }
    if (differs || (entry.is === "bad" && answer.result !== "unknown" && entry.token)) {
      told.unshift(answer.at + " " + answer.text);
      told = told.slice(0, 30);
    }
  }

  function admit(number) {
    var link = make("a", "btn btn-secondary btn-sm", words.admit);
    link.href = address("back", session) + "?q=" + encodeURIComponent(number);
    $("lanjut").append(link);
  }

  // ---------------------------------------------------------------- showing

  function paint() {
    var count = queue.length, own = mine();
    $("belum").textContent = count === 0 ? words.all_sent : count === 1 ? words.unsent_one : say(words.unsent_many, count);
    $("belum").parentNode.className = "mb-0 mt-2 oo-door__unsent" + (count ? " is-warn" : "");
    root.dataset.unsent = count;
    var line = $("sambungan"), isDown = state !== "online";
    line.replaceChildren(make("span", "oo-tag " + (isDown ? "is-warn" : "is-ok"), isDown ? words.offline : words.online));
    line.hidden = state === "signed_out" || state === "other_owner" || state === "gone";
    notice(own);
    $("keluar").hidden = !asked.get("keluar") || !count;
    $("tolak").hidden = !told.length;
    $("tolak-d").replaceChildren.apply($("tolak-d"), told.map(function (t) { return make("li", "", t); }));
    $("jumlah").hidden = $("batang").hidden = !list;
    if (!list) return;
    $("judul").textContent = list.session.title; $("tempat").textContent = list.session.where;
    $("kembali").href = address("back", session);
    $("arah").hidden = !list.session.counts_hours;
    var all = list.people.map(function (p) { return { p: p, here: presence(p) }; });
    var there = all.filter(function (r) { return r.here.at; }).length;
    $("jumlah").textContent = say(words.present_of, there, all.length);
    $("bilah").className = "v-" + (all.length ? Math.floor(there * 100 / all.length) : 0);
    $("n-absent").textContent = all.length - there; $("n-present").textContent = there;
    people(all);
  }

  function notice(own) {
    var place = $("catatan"), text = "", link = "";
    if (state === "signed_out") { text = words.signed_out; link = words.sign_in; }
    else if (state === "other_owner") text = say(words.other_owner, (queue.filter(function (e) { return e.owner !== me; })[0] || {}).officer || "?");
    else if (state === "gone") text = words.gone;
    else if (state === "refused") text = words.refused;
    else if (!session) text = words.no_session;
    else if (!list) text = state === "online" ? "" : words.nothing_kept;
    if (place.dataset.text === text) return;
    place.dataset.text = text; place.replaceChildren();
    if (!text) return;
    var note = make("div", "oo-note is-warn mb-3"), body = make("div", "", text + " ");
    note.append(document.getElementById("ikon-warn").content.cloneNode(true), body);
    if (link) { var a = make("a", "", link); a.href = location.pathname + location.search; body.append(a); }
    place.append(note);
  }

  function fits(person, typed) {
    if (/^\d+$/.test(typed)) return parseInt(person.number.split("-").pop(), 10) === parseInt(typed, 10);
    return person.low.indexOf(typed) >= 0 || person.number.toLowerCase() === typed;
  }

  function found(all) {
    var typed = $("q").value.trim().toLowerCase();
    if (typed) return all.filter(function (r) { return fits(r.p, typed); });
    return all.filter(function (r) { return (show === "present") === !!r.here.at; });
  }

  function people(all) {
    var rows = found(all), place = $("orang"), typed = $("q").value.trim(), focused = document.activeElement && document.activeElement.dataset.number;
    place.replaceChildren.apply(place, rows.slice(0, showAll ? rows.length : SHOWN).map(row));
    if (!rows.length) place.append(make("li", "oo-sub", typed ? words.nobody : show === "present" ? words.nobody_yet : words.everybody));
    $("lagi").hidden = showAll || rows.length <= SHOWN;
    if (focused) { var b = place.querySelector("button[data-number='" + focused + "']"); if (b) b.focus(); }
  }

  function row(r) {
    var item = make("li"), line = make("div", "oo-check"), body = make("div"), b = make("button", "btn btn-secondary");
    body.append(make("b", "", r.p.name), make("div", "oo-sub oo-small oo-num", r.p.number));
    if (r.here.at) body.append(make("div", "oo-small", say(words.present_at, r.here.at)));
    b.type = "button"; b.dataset.number = r.p.number;
    var leaving = r.here.at && direction() === "out", returns = r.here.out && direction() === "in";
    b.append(leaving ? words.leave : r.here.at && !returns ? words.undo : words.mark, make("span", "visually-hidden", " " + r.p.name));
    b.addEventListener("click", function () {
      if (r.here.at && !leaving && !returns) takeBack(null, r.p, "undo"); else mark(r.p, "list");
    });
    line.append(body); if (list.session.may_take) line.append(b); item.append(line);
    return item;
  }

  // ---------------------------------------------------------------- the page

  function camera() {
    if (stopCamera) { stopCamera(); stopCamera = null; $("gambar").hidden = true; label(words.camera_on); return; }
    try { sound = sound || new (window.AudioContext || window.webkitAudioContext)(); sound.resume(); } catch (e) { sound = null; }
    $("gambar").hidden = false;
    window.OkoceCamera.start($("video"), root.dataset.decoder, scanned).then(function (stop) {
      stopCamera = stop; label(words.camera_off); root.dataset.camera = "on";
    }).catch(function () { $("gambar").hidden = true; result("bad", words.camera_refused, ""); });
  }
  function label(text) { $("kamera").querySelector("span").textContent = text; }

  function wire() {
    $("kamera").addEventListener("click", camera);
    $("kamera").hidden = !window.OkoceCamera || !window.OkoceCamera.possible();
    $("q").addEventListener("input", paint);
    $("cari").addEventListener("submit", function (event) {
      event.preventDefault();
      if (!list || !$("q").value.trim()) return;
      var rows = found(list.people.map(function (p) { return { p: p, here: presence(p) }; }));
      if (rows.length !== 1) return;
      mark(rows[0].p, "number"); $("q").value = ""; $("q").focus();
    });
    document.querySelectorAll("[data-show]").forEach(function (chip) {
      chip.addEventListener("click", function () {
        show = chip.dataset.show; showAll = false;
        document.querySelectorAll("[data-show]").forEach(function (c) { c.setAttribute("aria-pressed", c === chip); });
        paint();
      });
    });
    document.querySelectorAll("[name=arah]").forEach(function (r) { r.addEventListener("change", paint); });
    $("lagi").querySelector("button").addEventListener("click", function () { showAll = true; paint(); });
    window.addEventListener("online", function () { send(); });
    window.addEventListener("offline", function () { state = "offline"; paint(); });
    document.addEventListener("visibilitychange", function () { if (!document.hidden) send(); else if (stopCamera) camera(); });
    document.addEventListener("pointerdown", function () { touched = Date.now(); });
    // What waits is tried again and again; what the other door did is asked for while somebody is here.
    setInterval(function () { if (queue.length) send(); }, SEND_AGAIN);
    setInterval(function () { if (!document.hidden && !queue.length && Date.now() - touched < IDLE) send(); dayOver(); }, ASK_AGAIN);
    window.addEventListener("beforeunload", function (event) { if (sending && queue.length && state === "online") event.preventDefault(); });
  }

  function dayOver() {
    if (!list || now() < Date.parse(list.session.until)) return;
    D.forget(session).then(function () {
      list = null; $("kerja").hidden = true; $("catatan").replaceChildren(make("p", "oo-note", words.day_over));
    });
  }

  function begin() {
    if (!D.possible() || !window.isSecureContext) { $("catatan").append(make("p", "oo-note is-bad", words.not_possible)); return; }
    if (navigator.serviceWorker) navigator.serviceWorker.register(root.dataset.worker).catch(function () {});
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(function () {});
    wire();
    D.device().then(function (id) { device = id + " " + (/Android/.exec(navigator.userAgent) || /iPhone|iPad|Windows|Mac|Linux/.exec(navigator.userAgent) || [""])[0]; })
      .then(function () { return D.tidy(null); })
      .then(function () { return Promise.all([session ? D.list(session) : null, D.waiting()]); })
      .then(function (both) {
        queue = both[1];
        if (both[0]) { take(both[0]); $("kerja").hidden = false; }
        paint();
        return send();
      }).then(function () {
        $("kerja").hidden = !list; $("hapus").textContent = list ? words.kept_until : "";
        paint(); root.dataset.ready = "1";
      });
  }
  begin();
})();
