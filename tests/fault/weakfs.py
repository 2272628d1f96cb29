# SPDX-License-Identifier: Apache-2.0
"""A file system that promises as little as it may: what was not synced is there or not, in any
combination. Of a file's unsynced bytes all, none, half or as many zeros; of a directory's unsynced
changes any subset, a rename being one change."""
import itertools
import os

MAX_CHANGES = 14  # of one directory between two syncs: 2^14 subsets


class File:
    def __init__(self, data=b""):
        self.durable = data
        self.data = data

    def variants(self):
        if self.data == self.durable:
            return [self.data]
        half = self.data[:len(self.data) // 2]
        zeros = bytes(len(self.data))
        return [self.durable, self.data, half, zeros]


class Dir:
    def __init__(self):
        self.durable = {}
        self.changes = []  # lists of (name, node or None)

    def sync(self):
        for change in self.changes:
            apply(self.durable, change)
        self.changes = []

    def variants(self):
        assert len(self.changes) <= MAX_CHANGES, "too many changes to enumerate"
        for chosen in itertools.product((False, True), repeat=len(self.changes)):
            entries = dict(self.durable)
            for use, change in zip(chosen, self.changes):
                if use:
                    apply(entries, change)
            yield entries


def apply(entries, change):
    for name, node in change:
        if node is None:
            entries.pop(name, None)
        else:
            entries[name] = node


class Model:
    """Follows a trace; nodes are known by inode number until it is used again."""

    def __init__(self, path):
        self.nodes = {}
        self.root = self.load(path)

    def load(self, path):
        st = os.lstat(path)
        if not os.path.isdir(path):
            with open(path, "rb") as f:
                node = File(f.read())
        else:
            node = Dir()
            node.durable = {n: self.load(os.path.join(path, n)) for n in os.listdir(path)}
        self.nodes[str(st.st_ino)] = node
        return node

    def knows(self, inode):
        return inode in self.nodes

    def names_of(self, directory):
        entries = dict(directory.durable)
        for change in directory.changes:
            apply(entries, change)
        return entries

    def step(self, line):
        kind, rest = line[0], line[1:]
        if not rest or not self.knows(rest[0]):
            return
        node = self.nodes[rest[0]]
        if kind in ("create", "mkdir"):
            self.nodes[rest[2]] = File() if kind == "create" else Dir()
            node.changes.append([(rest[1], self.nodes[rest[2]])])
        elif kind == "rename":
            node.changes.append([(rest[1], None), (rest[2], self.names_of(node)[rest[1]])])
        elif kind == "unlink":
            node.changes.append([(rest[1], None)])
        elif kind == "write":
            node.data += bytes.fromhex(rest[1])
        elif kind == "sync":
            if isinstance(node, Dir):
                node.sync()
            else:
                node.durable = node.data

    def after_power_loss(self, node=None):
        """Every tree that may be found: {name: bytes or tree}, temporary files left out."""
        for entries in (node or self.root).variants():
            names = sorted(n for n in entries if not n.startswith("tmp."))
            parts = [self.variants_of(entries[n]) for n in names]
            for values in itertools.product(*parts):
                yield dict(zip(names, values))

    def variants_of(self, node):
        return node.variants() if isinstance(node, File) else list(self.after_power_loss(node))


def write_tree(path, tree):
    os.mkdir(path, 0o700)
    for name, value in tree.items():
        inner = os.path.join(path, name)
        if isinstance(value, dict):
            write_tree(inner, value)
        else:
            with open(inner, "wb") as f:
                f.write(value)
            os.chmod(inner, 0o600)
