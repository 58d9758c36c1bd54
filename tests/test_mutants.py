"""The faults of benchmarks/mutation.py: each is one change, put where it is said, and the draw favours none."""

import ast
from collections import Counter

import pytest

from benchmarks.mutant_tests import Reached
from benchmarks.mutants import mutants, mutated
from benchmarks.mutation import drawn

SOURCE = '''
"""Words stay: 1 < 2."""
LIMIT: int = 3

@dataclass(frozen=True)
class A:
    def between(self, x: "Literal[1]", side="left"):
        if not 0 < x <= LIMIT:
            raise ValueError(f"{x + 1}")
        return -x * 2, max(x, True)

def pairs(a, b):
    return [p and q for p, q in zip(a, b, strict=True)]
'''
EXPECTED = {
    ("", "constant", "3", "4"),
    ("A.between", "call", "'left'", "'right'"),
    ("A.between", "boolean", "not 0 < x <= LIMIT", "0 < x <= LIMIT"),
    ("A.between", "boundary", "0 < x <= LIMIT", "0 <= x <= LIMIT"),
    ("A.between", "boundary", "0 < x <= LIMIT", "0 < x < LIMIT"),
    ("A.between", "comparison", "0 < x <= LIMIT", "0 >= x <= LIMIT"),
    ("A.between", "comparison", "0 < x <= LIMIT", "0 < x > LIMIT"),
    ("A.between", "constant", "0", "1"),
    ("A.between", "return", "return (-x * 2, max(x, True))", "return (max(x, True), -x * 2)"),
    ("A.between", "arithmetic", "-x * 2", "-x / 2"),
    ("A.between", "arithmetic", "-x", "x"),
    ("A.between", "constant", "2", "3"),
    ("A.between", "call", "max(x, True)", "min(x, True)"),
    ("A.between", "boolean", "True", "False"),
    ("pairs", "return", "return [p and q for p, q in zip(a, b, strict=True)]", "return None"),
    ("pairs", "boolean", "p and q", "p or q"),
}


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(SOURCE)
    return path


def test_every_kind_of_fault_is_there_and_what_no_number_rests_on_is_left(module, tmp_path):
    found = mutants(tmp_path, module)
    assert {(m.function, m.kind, m.before, m.after) for m in found} == EXPECTED
    assert len({m.key for m in found}) == len(found) == len(EXPECTED)


def test_a_fault_changes_one_thing_and_none_changes_nothing(module, tmp_path):
    whole = ast.unparse(ast.parse(SOURCE))
    assert ast.unparse(mutated(module.read_bytes(), None)) == whole
    for mutant in mutants(tmp_path, module):
        altered = ast.unparse(mutated(module.read_bytes(), mutant.number))
        lines = [(a, b) for a, b in zip(whole.splitlines(), altered.splitlines(), strict=True) if a != b]
        assert len(lines) == 1, mutant


def test_alike_faults_are_numbered(tmp_path):
    path = tmp_path / "m.py"
    path.write_text("def f(x):\n    return x[0] + x[0]\n")
    assert [m.nth for m in mutants(tmp_path, path) if m.before == "0"] == [1, 2]


def test_the_draw_is_spread_over_modules_in_proportion_and_the_same_again(tmp_path):
    for name, lines in (("a", 300), ("b", 100)):
        (tmp_path / f"{name}.py").write_text("\n".join(f"x{i} = {i}" for i in range(lines)))
    every = [m for name in ("a", "b") for m in mutants(tmp_path, tmp_path / f"{name}.py")]
    first = drawn(every, 40, 1)
    assert first == drawn(every, 40, 1) != drawn(every, 40, 2)
    assert len(set(first)) == 40
    assert Counter(m.module for m in first)["a.py"] in {29, 30, 31}


def test_the_nearest_and_quickest_tests_are_shown_first(tmp_path):
    path = tmp_path / "auditor" / "stats" / "near" / "m.py"
    path.parent.mkdir(parents=True)
    path.write_text("LIMIT = 1\ndef f(x):\n    return x\n")
    constant, returned = mutants(tmp_path, path)
    tests = {"tests/stats/far/a": 1.0, "tests/stats/near/b": 3.0, "tests/stats/near/c": 2.0}
    lines = Reached({"auditor/stats/near/m.py": {1: [], 2: [], 3: sorted(tests)}}, tests)
    nearest = ["tests/stats/near/c", "tests/stats/near/b", "tests/stats/far/a"]
    assert lines.tests(returned, 60) == (nearest, 6.0)
    assert lines.tests(constant, 60) == (nearest, 6.0)  # an import alone comes to a constant of the module
    assert lines.tests(returned, 3.5) == ([nearest[0], nearest[2]], 3.0)
    assert Reached({}, {}).tests(returned, 60) == ([], 0.0)
