#!/usr/bin/env python3
"""A dispatcher that passes the classic stages of `trivet check dispatcher`.

It is told of commits and of runners, brings the ones to the others, and keeps what comes back. Each
runner has a thread here, so that one that is frozen holds up nobody else.
"""

import os
import re
import socket
import threading
import time

PORT = int(os.environ["CHECK_PORT"])
DATA = os.environ["CHECK_DATA"]
RESULTS = os.environ["CHECK_RESULTS"]

MESSAGE_BYTES_MAX = 17_000_000
PING_EVERY_S = 0.5
MISSED_PINGS_MAX = 2

# Only what looks like this becomes a number, an address or the name of a file.
DISPATCH = re.compile(rb"dispatch:([0-9a-f]{40})\s*\Z")
REGISTER = re.compile(rb"register:([^:\s]{1,255}):([0-9]{1,5})\s*\Z")
RESULTS_HEAD = re.compile(rb"results:([0-9a-f]{40}):([0-9]{1,8}):")


class Memory:
    """Which commits there are, and which are done. What it has answered is on disk."""

    def __init__(self):
        os.makedirs(RESULTS, exist_ok=True)
        path = os.path.join(DATA, "journal")
        self.lock = threading.RLock()
        self.known, self.done, self.waiting = set(), set(), []
        if os.path.exists(path):
            with open(path) as journal:
                # The last line may be half of one, where the process was killed in the midst of it.
                for line in journal.read().split("\n")[:-1]:
                    self.apply(*line.split(" "))
        self.journal = open(path, "a")

    def apply(self, what, commit):
        """The one place where the state changes: when something happens, and when it is read again."""
        if what == "accepted" and commit not in self.known:
            self.known.add(commit)
            self.waiting.append(commit)
        elif what == "done":
            self.done.add(commit)
            if commit in self.waiting:
                self.waiting.remove(commit)

    def append(self, what, commit):
        """Returns once it is on disk."""
        self.journal.write(f"{what} {commit}\n")
        self.journal.flush()
        os.fsync(self.journal.fileno())
        self.apply(what, commit)

    def accept(self, commit):
        with self.lock:
            # Said twice, it is the same job.
            if commit not in self.known:
                self.append("accepted", commit)

    def record(self, commit, output):
        with self.lock:
            if commit not in self.known or commit in self.done:
                return
            path = os.path.join(RESULTS, commit)
            with open(path + ".new", "wb") as file:
                file.write(output)
                file.flush()
                os.fsync(file.fileno())
            os.replace(path + ".new", path)
            self.append("done", commit)

    def take(self):
        """The next commit, which is then nobody else's; None where nothing waits."""
        with self.lock:
            return self.waiting.pop(0) if self.waiting else None

    def give_back(self, commit):
        """Whoever had it is gone: it is the next, unless its results came all the same."""
        with self.lock:
            if commit not in self.done and commit not in self.waiting:
                self.waiting.insert(0, commit)


class Runner(threading.Thread):
    """What is known of one runner; the thread lives as long as the runner is thought to."""

    def __init__(self, memory, address):
        super().__init__(daemon=True)
        self.memory, self.address = memory, address
        self.commit = None
        self.missed = 0

    def run(self):
        pinged_at = 0.0
        while self.missed < MISSED_PINGS_MAX:
            if self.commit in self.memory.done:
                self.commit = None
            if self.commit is None:
                self.offer(self.memory.take())
            if time.monotonic() - pinged_at > PING_EVERY_S:
                pinged_at = time.monotonic()
                self.ping()
            time.sleep(0.02)
        # The lease ends with its holder.
        if self.commit is not None:
            self.memory.give_back(self.commit)

    def offer(self, commit):
        if commit is None:
            return
        answer = self.ask(b"runtest:" + commit.encode())
        if answer == b"OK":
            self.commit = commit
        else:
            # BUSY, or nobody there. Silence says nothing, so it may run twice: that is harmless.
            self.memory.give_back(commit)
            time.sleep(0.1)

    def ping(self):
        self.missed = 0 if self.ask(b"ping") == b"pong" else self.missed + 1

    def ask(self, message):
        try:
            with socket.create_connection(self.address, timeout=1) as connection:
                connection.sendall(message)
                return connection.recv(1024)
        except ConnectionRefusedError:
            # A definite answer: nobody lives there any more.
            self.missed = MISSED_PINGS_MAX
            return b""
        except OSError:
            return b""


def is_whole(message):
    head = RESULTS_HEAD.match(message)
    if head is not None:
        return len(message) >= head.end() + int(head[2])
    return DISPATCH.match(message) is not None


# What may still become a dispatch, or the head of results.
BEGINNING = re.compile(rb"(?:dispatch|results):[0-9a-f]{0,40}\Z|results:[0-9a-f]{40}:[0-9]{0,8}\Z")


def may_grow(message):
    """Whether more must come: of a body that is not all there, of half a commit's id."""
    return (RESULTS_HEAD.match(message) or BEGINNING.match(message)) is not None


def read_message(connection):
    """Messages have no end of their own: a pause ends one that may be whole."""
    message = b""
    until = time.monotonic() + 5
    while not is_whole(message) and len(message) < MESSAGE_BYTES_MAX:
        connection.settimeout(0.1 if message else 5)
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            if may_grow(message) and time.monotonic() < until:
                continue
            break
        if not piece:
            break
        message += piece
    return message


def answer(memory, message):
    if message.strip() == b"status":
        return b"OK"
    if (asked := DISPATCH.match(message)) is not None:
        memory.accept(asked[1].decode())
        return b"OK"
    if (asked := REGISTER.match(message)) is not None and 0 < int(asked[2]) < 65536:
        Runner(memory, (asked[1].decode("latin1"), int(asked[2]))).start()
        return b"OK"
    if (asked := RESULTS_HEAD.match(message)) is not None:
        body = message[asked.end() :]
        if len(body) == int(asked[2]):
            memory.record(asked[1].decode(), body)
            return b"OK"
    return b"Invalid command"


def serve(memory, connection):
    with connection:
        try:
            message = read_message(connection)
            if message:
                connection.sendall(answer(memory, message))
        except OSError:
            pass  # Whoever asked is gone.


if __name__ == "__main__":
    memory = Memory()
    listener = socket.create_server(("localhost", PORT), backlog=256)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=[memory, connection], daemon=True).start()
