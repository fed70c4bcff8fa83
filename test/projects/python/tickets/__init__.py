"""A queue at a counter: whoever came first is served first."""

from collections import deque


class Counter:
    def __init__(self):
        self._waiting = deque()
        self._next = 1

    def draw(self):
        number = self._next
        self._next += 1
        self._waiting.append(number)
        return number

    def serve(self):
        return self._waiting.popleft() if self._waiting else None
