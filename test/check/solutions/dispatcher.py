#!/usr/bin/env python3
"""A dispatcher that passes all stages of `trivet check dispatcher`.

It is told of commits and of runners, brings the ones to the others, and keeps what comes back. Each
runner has a thread here, so that one that is frozen holds up nobody else.
"""

import itertools
import json
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
# How patient to be is a choice: with less, who is only slow loses its commit to another.
ANSWER_WITHIN_S = 3
MISSED_PINGS_MAX = 2
MISSED_BEATS_MAX = 6
# No two runs ever have the same name, also after a restart.
RUN_NAMES = (f"{int(time.time()):08x}-{number}" for number in itertools.count(1))

# Only what looks like this becomes a number, an address or the name of a file.
DISPATCH = re.compile(rb"dispatch:([0-9a-f]{40})\s*\Z")
REGISTER = re.compile(rb"register:([^:\s]{1,255}):([0-9]{1,5})\s*\Z")
RESULTS_HEAD = re.compile(rb"results:([0-9a-f]{40}):([0-9]{1,8}):")
HELLO_HEAD = re.compile(rb"hello:([0-9]{1,5}):")


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
            with socket.create_connection(self.address, timeout=ANSWER_WITHIN_S) as connection:
                connection.sendall(message)
                return connection.recv(1024)
        except ConnectionRefusedError:
            # A definite answer: nobody lives there any more.
            self.missed = MISSED_PINGS_MAX
            return b""
        except OSError:
            return b""


def is_whole(message):
    for form in RESULTS_HEAD, HELLO_HEAD:
        head = form.match(message)
        if head is not None:
            return len(message) >= head.end() + int(head[head.lastindex])
    return DISPATCH.match(message) is not None


# What may still become a dispatch, or the head of results.
BEGINNING = re.compile(rb"(?:dispatch|results):[0-9a-f]{0,40}\Z|results:[0-9a-f]{40}:[0-9]{0,8}\Z")


def may_grow(message):
    """Whether more must come: of a body that is not all there, of half a commit's id."""
    forms = RESULTS_HEAD, HELLO_HEAD, BEGINNING
    return any(form.match(message) for form in forms)


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


# ---- Sessions: one connection that stays. ----

# How many fields stand before the length, in messages to us that have a body.
FIELDS_BEFORE_BODY = {"dispatch": 1, "log": 2, "results": 1}


def first_message(stream):
    """Verb, fields, body, and how many bytes they took; None where it is not all there yet."""
    line = stream.partition(b"\n")[0]
    verb, *fields = line.decode("latin1").split(":")
    count = FIELDS_BEFORE_BODY.get(verb)
    if count is None:
        return (verb, fields, b"", len(line) + 1) if b"\n" in stream else None
    head = re.match(rb"[a-z]+(?::[^:\n]+){%d}:([0-9]{1,8}):" % count, stream)
    if head is None or len(stream) < head.end() + int(head[1]):
        return None
    end = head.end() + int(head[1])
    return verb, fields[:count], stream[head.end() : end], end


class Run:
    """One attempt at a commit; the lease is its holder's, for as long as his session lives."""

    def __init__(self, commit, holder):
        self.commit, self.holder = commit, holder
        self.log = b""
        self.is_recorded = False


class Session:
    def __init__(self, memory, runs, connection, hello):
        self.memory, self.runs, self.connection, self.hello = memory, runs, connection, hello
        self.missed = 0
        self.is_over = False
        self.held = None
        self.lock = threading.Lock()

    def serve(self, stream):
        self.connection.settimeout(None)
        welcome = {"session": "s" + next(RUN_NAMES), "heartbeatEveryMs": int(1000 * PING_EVERY_S)}
        self.send("welcome", json.dumps(welcome).encode())
        threading.Thread(target=self.pulse, daemon=True).start()
        try:
            while piece := self.connection.recv(65536):
                stream += piece
                while (message := first_message(stream)) is not None:
                    verb, fields, body, size = message
                    stream = stream[size:]
                    self.hear(verb, fields, body)
        finally:
            self.release()

    def send(self, header, body=None):
        text = header.encode() if body is None else b"%s:%d:%s" % (header.encode(), len(body), body)
        with self.lock:
            self.connection.sendall(text + b"\n")

    def pulse(self):
        """Pings, and gives the runner what waits while it has nothing in hand."""
        pinged_at = 0.0
        try:
            while not self.is_over and self.missed <= MISSED_BEATS_MAX:
                if time.monotonic() - pinged_at > PING_EVERY_S:
                    pinged_at = time.monotonic()
                    self.missed += 1
                    self.send("ping")
                if self.held is None and self.hello.get("role") == "runner":
                    self.lease(self.memory.take())
                time.sleep(0.02)
        except OSError:
            pass
        # A lease may have been given while the reader ended: whoever of the two is last, releases it.
        self.release()
        self.hang_up()

    def hang_up(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The peer was faster.

    def release(self):
        """The session is over, and the lease ends with its holder."""
        self.is_over = True
        with self.lock:
            name, self.held = self.held, None
        if name is not None:
            self.runs[name].holder = None
            self.memory.give_back(self.runs[name].commit)

    def lease(self, commit):
        if commit is None:
            return
        name = next(RUN_NAMES)
        self.runs[name] = Run(commit, self)
        self.held = name
        self.send(f"runtest:{commit}:{name}", json.dumps({"branch": "main", "number": 1}).encode())

    def hear(self, verb, fields, body):
        self.missed = 0
        if verb == "ping":
            self.send("pong")
        elif verb == "dispatch":
            self.memory.accept(fields[0])
            self.send(f"accepted:{fields[0]}")
        elif verb == "log":
            self.add(fields[0], int(fields[1]), body)
        elif verb == "results":
            self.record(fields[0], json.loads(body))

    def add(self, name, offset, piece):
        run = self.runs.get(name)
        if run is None or run.holder is not self:
            return
        if offset > len(run.log):
            # A gap is asked for, not filled in.
            self.send(f"want:{name}:{len(run.log)}")
        else:
            run.log = run.log[:offset] + piece + run.log[offset + len(piece) :]

    def record(self, name, report):
        run = self.runs.get(name)
        if run is not None and run.is_recorded:
            # Our acknowledgement was lost, perhaps: it is said again, and nothing changes.
            self.send(f"recorded:{name}")
        elif run is None or run.holder is not self:
            self.send(f"revoked:{name}")
        elif report["logBytes"] > len(run.log):
            self.send(f"want:{name}:{len(run.log)}")
        else:
            self.memory.record(run.commit, run.log)
            run.is_recorded = True
            self.held = None
            self.send(f"recorded:{name}")


def serve(memory, runs, connection):
    with connection:
        try:
            message = read_message(connection)
            hello = HELLO_HEAD.match(message)
            if hello is not None:
                end = hello.end() + int(hello[1])
                session = Session(memory, runs, connection, json.loads(message[hello.end() : end]))
                session.serve(message[end:].lstrip(b"\n"))
            elif message:
                connection.sendall(answer(memory, message))
        except (OSError, ValueError):
            pass  # Whoever asked is gone, or talks nonsense.


if __name__ == "__main__":
    memory, runs = Memory(), {}
    listener = socket.create_server(("localhost", PORT), backlog=256)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=[memory, runs, connection], daemon=True).start()
