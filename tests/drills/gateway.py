"""WhatsApp in a drill: the local Cloud API, which knows a message it has taken, fails now and then, and has
one number that never works. It keeps when each request came.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from okoce.embedded.cloud_api import Answer, CloudApi, CloudApiServer, problem

NOT_NOW: Answer = (503, b"upstream connect error")
TOO_FAST = problem(429, 130429, "Rate limit hit")
BUSY = problem(503, 131000, "Something went wrong")


@dataclass
class Gateway:
    """``failing``: the share of requests that get no good answer. Nobody at ``poison`` is ever reached."""

    failing: float = 0.0
    poison: str = ""
    instead: Callable[[dict[str, Any]], Answer | None] | None = None  # how it misbehaves for a while
    asked: Counter[str] = field(default_factory=Counter)  # requests by key, refused ones too
    failed: int = 0
    first_asked: dict[str, float] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)  # key: when it was first accepted
    repeats: list[tuple[float, str]] = field(default_factory=list)  # asked again though accepted
    to: dict[str, str] = field(default_factory=dict)
    _dice: random.Random = field(default_factory=lambda: random.Random(2018))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.server = CloudApiServer(CloudApi(misbehave=self._answer, statuses=())).start()
        self.api = self.server.api

    def stop(self) -> None:
        self.server.stop()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "WHATSAPP_URL": self.server.url,
            "WHATSAPP_PHONE_ID": "106540352242922",
            "WHATSAPP_TOKEN": self.api.token,
        }

    def _answer(self, body: dict[str, Any]) -> Answer | None:
        if self.instead is not None and (wrong := self.instead(body)) is not None:
            return wrong
        key, number, now = (
            str(body.get("biz_opaque_callback_data", "")),
            str(body.get("to")),
            time.monotonic(),
        )
        with self._lock:
            self.asked[key] += 1
            self.first_asked.setdefault(key, now)
            self.to[key] = number
            if key in self.taken:  # a gateway that honours the key: the same answer, no second message
                self.repeats.append((now, key))
                return 200, {"messages": [{"id": f"wamid.{key}"}]}
            if number == self.poison:
                return BUSY
            if self._dice.random() < self.failing:
                self.failed += 1
                # A limit lets the whole channel rest: one in fifty, or the drill would do nothing else.
                return self._dice.choices((NOT_NOW, BUSY, TOO_FAST), (49, 49, 2))[0]
            self.taken[key] = now
            return 200, {"messages": [{"id": f"wamid.{key}"}]}

    # ------------------------------------------------------------ figures

    def longest_silence(self) -> float:
        """The longest between two accepted messages."""
        moments = sorted(self.taken.values())
        return max((b - a for a, b in pairwise(moments)), default=0.0)

    def behind_the_last(self) -> float:
        """How long after everybody's first request those were served whom the gateway had failed."""
        return max(self.taken.values()) - max(self.first_asked[key] for key in self.taken)

    def messages_to_one(self) -> int:
        """How many messages the person with the most got."""
        return max(Counter(self.to[key] for key in self.taken).values(), default=0)

    def silence_after(self, moment: float) -> float:
        """Seconds from ``moment`` to the next accepted message."""
        return min(at for at in list(self.taken.values()) if at > moment) - moment
