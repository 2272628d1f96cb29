# SPDX-License-Identifier: Apache-2.0
"""Power loss at each moment of a commit, on a file system that promises as little as it may: what
is found is the old state or the new one, and the new one as soon as "stored" was said. That this
can fail is shown with each sync left out in turn."""
import os
import shutil
import sys

from fault import Faults, SCENARIOS, starting_states
from weakfs import Model, write_tree


class Enumeration:
    """The distinct states of one trace, and what the store makes of them."""

    def __init__(self, faults, name):
        self.faults = faults
        self.name = name
        self.found = {}
        self.count = 0
        self.bad = []

    def look(self, tree, allowed):
        self.count += 1
        key = repr(tree)
        if key not in self.found:
            path = os.path.join(self.faults.base, "lost")
            shutil.rmtree(path, ignore_errors=True)
            write_tree(path, tree)
            self.found[key] = self.faults.check(path)
        if self.found[key] not in allowed:
            self.bad.append(f"{self.name}: found {self.found[key]!r}, allowed {allowed}")

    def run(self, model, trace, old, new):
        """A power loss before each line and after the last; "stored" leaves the new state only."""
        allowed = [old, new]
        for line in trace:
            if line[0] != "call" and allowed:
                for tree in model.after_power_loss():
                    self.look(tree, allowed)
            model.step(line)
            if line[0] == "stored":
                allowed = [new]
        self.at_the_end(model, allowed)

    def at_the_end(self, model, allowed):
        for tree in model.after_power_loss():
            self.look(tree, allowed)


def record(faults, start, version, **options):
    path = faults.fresh(start)
    model = Model(path)
    said, _ = faults.commit(path, version, trace=os.path.join(faults.base, "trace"), **options)
    trace = faults.trace(faults.base)
    os.unlink(os.path.join(faults.base, "trace"))
    return model, trace, said


def every_moment(faults, scenario, start):
    name, before, old, new = scenario
    model, trace, said = record(faults, start, before + 1)
    faults.expect(said.startswith("stored"), f"{name}: {said}")
    states = Enumeration(faults, name)
    states.run(model, trace, old, new)
    for bad in states.bad:
        faults.expect(False, bad)
    for _ in states.found:
        faults.expect(True, name)
    print(f"{name}: {states.count} power losses, {len(states.found)} different states, "
          f"{len(states.bad)} bad")
    return [line for line in trace if line[0] == "sync"]


def without_each_sync(faults, scenario, start, syncs):
    """Negative control. Syncs above the directory of the run are of what stood there before."""
    name, before, old, new = scenario
    caught = 0
    for number in range(1, len(syncs) + 1):
        model, trace, said = record(faults, start, before + 1, swallow=number)
        swallowed = [line for line in trace if line[0] == "swallowed"]
        if not any(inode_known(model, trace, line[1]) for line in swallowed):
            continue
        states = Enumeration(faults, f"{name} without sync {number}")
        states.run(model, trace, old, new)
        faults.expect(states.bad, f"{name}: sync {number} is not missed: {said}")
        caught += bool(states.bad)
    faults.expect(caught >= 5, f"{name}: {caught} syncs matter")
    print(f"{name}: {caught} syncs, each missed when left out")


def inode_known(model, trace, inode):
    made = {line[3] for line in trace if line[0] in ("create", "mkdir")}
    return model.knows(inode) or inode in made


def after_a_killed_run(faults, scenario, start):
    """One run dies at each call, what it did not sync is still visible to the next; that one says
    "stored", and then the power fails."""
    name, before, _, new = scenario
    states = Enumeration(faults, f"{name} after a killed run")
    at = 0
    code = -1
    while code < 0:
        at += 1
        path = faults.fresh(start)
        model = Model(path)
        options = {"trace": os.path.join(faults.base, "trace")}
        _, code = faults.commit(path, before + 1, at=at, kill=1, **options)
        faults.commit(path, before + 1, **options)
        for line in faults.trace(faults.base):
            model.step(line)
        os.unlink(options["trace"])
        found = faults.check(path)
        states.at_the_end(model, [found])
        faults.expect(found == new, f"{name}: killed at {at}, then found {found}")
    for bad in states.bad:
        faults.expect(False, bad)
    print(f"{name}: {at} killed runs, {states.count} power losses, {len(states.bad)} bad")


def main():
    faults = Faults(sys.argv[1])
    starts = starting_states(faults)
    for scenario in SCENARIOS:
        start = starts[scenario[1]]
        syncs = every_moment(faults, scenario, start)
        without_each_sync(faults, scenario, start, syncs)
        after_a_killed_run(faults, scenario, start)
    faults.finish()


main()
