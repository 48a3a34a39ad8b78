#!/usr/bin/env python3
"""Check what `gridcommand audit export DIR` has written, without gridcommand.

    verify.py DIR [--key PUBLIC.pem] [--checkpoint NOTE]...

Python's standard library hashes, openssl checks signatures. README.md beside this
file says every format. Exit 0: everything holds. Exit 1: it says what does not.
"""

import argparse, base64, hashlib, json, os, struct, subprocess, sys, tempfile


def sm3(data):
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:  # a Python whose OpenSSL library has no SM3
        return subprocess.run(["openssl", "dgst", "-sm3", "-binary"], input=data, stdout=subprocess.PIPE, check=True).stdout


HASHES = {"intl": lambda data: hashlib.sha256(data).digest(), "sm": sm3}
faults = []


def fault(text):
    faults.append(text)
    if len(faults) <= 50:
        print("FAULT " + text)


def encoding(r):
    """The bytes of a record that its leaf is the hash of."""
    def sized(text):
        raw = text.encode("utf-8")
        return struct.pack(">I", len(raw)) + raw
    return (b"gridcommand record 1\n" + struct.pack(">Q", r["position"]) + sized(r["stream"])
            + struct.pack(">Q", r["version"]) + sized(r["type"]) + struct.pack(">q", r["at"]) + sized(r["data"])
            + sized(r["actor"]) + sized(r["correlation"]) + sized(r["causation"]))


class Tree:
    """RFC 6962: a leaf is H(0 data), a node is H(1 left right)."""

    def __init__(self, suite):
        self.hash, self.stack, self.size = HASHES[suite], [], 0

    def leaf(self, data):
        return self.hash(b"\x00" + data)

    def node(self, left, right):
        return self.hash(b"\x01" + left + right)

    def add(self, leaf):
        self.stack.append(leaf)
        self.size += 1
        n = self.size
        while n % 2 == 0:
            right = self.stack.pop()
            self.stack.append(self.node(self.stack.pop(), right))
            n //= 2

    def root(self):
        if not self.stack:
            return self.hash(b"")
        h = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            h = self.node(left, h)
        return h

    def climb(self, path, index, size, leaf):
        """The root that a path leads to from a leaf; None if it has another length."""
        if size == 1:
            return leaf if not path else None
        if not path:
            return None
        k = 1
        while k * 2 < size:
            k *= 2
        if index < k:
            below = self.climb(path[:-1], index, k, leaf)
            return below and self.node(below, path[-1])
        below = self.climb(path[:-1], index - k, size - k, leaf)
        return below and self.node(path[-1], below)

    def grew(self, path, old, size, root, whole=True):
        """The roots (of the first `old` leaves, of all) that a consistency proof leads to."""
        if old == size:
            if whole:
                return (root, root) if not path else None
            return (path[0], path[0]) if len(path) == 1 else None
        if not path:
            return None
        k = 1
        while k * 2 < size:
            k *= 2
        if old <= k:
            both = self.grew(path[:-1], old, k, root, whole)
            return both and (both[0], self.node(both[1], path[-1]))
        both = self.grew(path[:-1], old - k, size - k, root, False)
        return both and (self.node(path[-1], both[0]), self.node(path[-1], both[1]))


def parse_note(text):
    """A signed note: its signed bytes, and what they say."""
    body, _, signatures = text.rpartition("\n\n")
    body += "\n"
    lines = body.split("\n")
    if len(lines) != 4:
        raise ValueError("a checkpoint is an origin, a size and a root")
    origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    for line in signatures.splitlines():
        dash, name, signature = line.split(" ")
        if dash == "\u2014" and name == origin:
            raw = base64.b64decode(signature, validate=True)
            return {"body": body.encode("utf-8"), "origin": origin, "size": size, "root": root, "key": raw[:4], "signature": raw[4:]}
    raise ValueError("nobody has signed under the origin's name")


def read_key(file):
    """The suite of a public key in PEM, and its number under a name."""
    der = subprocess.run(["openssl", "pkey", "-pubin", "-in", file, "-outform", "DER"], stdout=subprocess.PIPE, check=True).stdout
    if der.startswith(bytes.fromhex("302a300506032b6570032100")):  # SubjectPublicKeyInfo of Ed25519
        suite, marked = "intl", b"\x01" + der[-32:]
    elif bytes.fromhex("06082a811ccf5501822d") in der:  # the curve of SM2
        suite, marked = "sm", b"\xffgridcommand:sm2-sm3" + der[-65:]
    else:
        raise ValueError("the key is neither Ed25519 nor SM2")
    return suite, lambda name: hashlib.sha256(name.encode("utf-8") + b"\n" + marked).digest()[:4]


def signed(note, suite, keyfile):
    with tempfile.TemporaryDirectory() as d:
        body, signature = os.path.join(d, "body"), os.path.join(d, "signature")
        for name, raw in ((body, note["body"]), (signature, note["signature"])):
            with open(name, "wb") as f:
                f.write(raw)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", keyfile, "-rawin", "-in", body, "-sigfile", signature]
        if suite == "sm":
            command += ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def check_note(what, note, suite, number, keyfile):
    if note["key"] != number(note["origin"]):
        fault(f"{what} is signed with key {note['key'].hex()}, not with {number(note['origin']).hex()}")
    elif not signed(note, suite, keyfile):
        fault(f"the signature of {what} does not hold")


def lines(dir, name):
    path = os.path.join(dir, name)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                yield json.loads(line)


def main():
    arguments = argparse.ArgumentParser(description="Check an export of a gridcommand ledger with stock tools.")
    arguments.add_argument("dir")
    arguments.add_argument("--key", help="public key that you have from elsewhere; without it the export's own is believed")
    arguments.add_argument("--checkpoint", action="append", default=[], help="checkpoint that you have kept")
    a = arguments.parse_args()
    keyfile = a.key or os.path.join(a.dir, "seal.pub")
    suite, number = read_key(keyfile)
    tree = Tree(suite)
    with open(os.path.join(a.dir, "checkpoint"), encoding="utf-8", newline="") as f:
        newest = parse_note(f.read())
    check_note("the checkpoint", newest, suite, number, keyfile)

    kept = []
    for file in a.checkpoint:
        with open(file, encoding="utf-8", newline="") as f:
            note = parse_note(f.read())
        check_note(f"your checkpoint of {note['size']} facts", note, suite, number, keyfile)
        if note["origin"] != newest["origin"]:
            fault(f"your checkpoint is of {note['origin']}, the export of {newest['origin']}")
        elif note["size"] > newest["size"]:
            fault(f"the export ends at {newest['size']} facts, your checkpoint covers {note['size']}: it was rolled back, or cut off")
        else:
            kept.append(note)

    # Records, one after the other, each with its proof.
    proofs, proved, records, first, roots = lines(a.dir, "proofs.jsonl"), 0, 0, None, {}
    sizes = {note["size"] for note in kept}
    for r in lines(a.dir, "records.jsonl"):
        first = first or r["position"]
        if r["position"] != first + records:
            fault(f"position {first + records} is missing: {r['position']} stands in its place")
            break
        records += 1
        leaf = tree.leaf(encoding(r))
        if first == 1:
            tree.add(leaf)
            if tree.size in sizes:
                roots[tree.size] = tree.root()
        proof = next(proofs, None)
        if proof is None:
            continue
        if proof["position"] != r["position"]:
            fault(f"the proof in place of that of position {r['position']} is of {proof['position']}")
            break
        path = [base64.b64decode(h) for h in proof["path"]]
        if not 0 < r["position"] <= newest["size"] or tree.climb(path, r["position"] - 1, newest["size"], leaf) != newest["root"]:
            fault(f"position {r['position']}: the record is not the one that was sealed")
        proved += 1
    for left in proofs:
        fault(f"the proof of position {left['position']} has no record")
    whole = first == 1 and records == newest["size"]
    if whole and tree.root() != newest["root"]:
        fault("the root of all records is not the one that was signed")
    if not whole and proved < records or records == 0:
        fault("records that are not the whole ledger need a proof each")
    if first == 1 and not whole and proved == 0:
        fault(f"{records} records, but the checkpoint covers {newest['size']}")

    # Earlier checkpoints.
    continued = set()
    for c in lines(a.dir, "consistency.jsonl"):
        note = parse_note(c["note"])
        check_note(f"the checkpoint of {note['size']} facts", note, suite, number, keyfile)
        path = [base64.b64decode(h) for h in c["path"]]
        both = 0 < note["size"] <= newest["size"] and tree.grew(path, note["size"], newest["size"], note["root"])
        if note["origin"] != newest["origin"] or both != (note["root"], newest["root"]):
            fault(f"the ledger does not continue its checkpoint of {note['size']} facts")
        else:
            continued.add((note["size"], note["root"]))
    for note in kept:
        same = note["root"] in (roots.get(note["size"]), newest["root"] if note["size"] == newest["size"] else None)
        if not same and (note["size"], note["root"]) not in continued:
            if note["size"] in roots or note["size"] == newest["size"]:
                fault(f"the first {note['size']} facts are not those of your checkpoint: history was forked")
            else:
                fault(f"nothing here proves that the ledger continues your checkpoint of {note['size']} facts; export again with --since")

    if faults:
        print(f"{len(faults)} faults")
        return 1
    print(f"{newest['origin']}: {records} records hold{' (the whole ledger)' if whole else ''}, {proved} proofs, {len(continued)} earlier checkpoints, {len(kept)} of your own; suite {suite}")
    if not a.key:
        print("The key is the export's own: compare it with one that you have from elsewhere (--key).")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, KeyError, OSError, subprocess.CalledProcessError) as e:
        print(f"FAULT {e}")
        sys.exit(1)
