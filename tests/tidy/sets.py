"""Finds iteration over a set: its order differs between runs, so what is made from it would too.

A set is a literal, a comprehension, a `set()` or `frozenset()` call, an operation of sets, a name annotated or assigned
as one in the same function (or module), or `self.name` annotated or assigned as one in the same class. Order-free uses
(`sorted`, `len`, `any`, `all`, another set, membership) are fine.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

SET_TYPES = frozenset({"AbstractSet", "FrozenSet", "MutableSet", "Set", "frozenset", "set"})
SET_METHODS = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
ORDER_FREE = frozenset({"all", "any", "bool", "frozenset", "len", "set", "sorted"})
ORDER_BOUND = frozenset(
    {"dict", "enumerate", "filter", "iter", "list", "map", "max", "min", "next", "sum", "tuple", "zip"}
)
ORDER_BOUND_METHODS = frozenset({"array", "extend", "fromiter", "fromkeys", "join", "writelines"})

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def iterations(tree: ast.Module) -> list[int]:
    """Lines at which a set is iterated over."""
    finder = _Finder()
    finder.visit(tree)
    return sorted(set(finder.lines))


class _Finder(ast.NodeVisitor):
    """Walks the tree with the names that are sets in each scope; an inner scope sees the outer ones."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.scopes: list[frozenset[str]] = []
        self.order_free: list[ast.expr] = []

    def visit_Module(self, node: ast.Module) -> None:
        self._within(node, node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        attributes = {f"self.{name}" for name in _set_names(node.body)}
        attributes |= {name for name in _set_names(list(_statements(node))) if name.startswith("self.")}
        self.scopes.append(frozenset(attributes))
        self.generic_visit(node)
        self.scopes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._within(node, node.body, _set_arguments(node))

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._within(node, node.body, _set_arguments(node))

    def _within(self, node: ast.AST, body: list[ast.stmt], names: frozenset[str] = frozenset()) -> None:
        self.scopes.append(names | _set_names(body))
        self.generic_visit(node)
        self.scopes.pop()

    def visit_For(self, node: ast.For) -> None:
        self._check(node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in ORDER_FREE:
            self.order_free += node.args
        elif name in ORDER_BOUND or method in ORDER_BOUND_METHODS:
            for argument in node.args:
                self._check(argument)
        elif method == "pop" and not node.args and isinstance(node.func, ast.Attribute):
            self._check(node.func.value)
        self.generic_visit(node)

    def visit_Starred(self, node: ast.Starred) -> None:
        if isinstance(node.ctx, ast.Load):
            self._check(node.value)
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._check_generators(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._check_generators(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._check_generators(node)

    def _check_generators(self, node: ast.ListComp | ast.DictComp | ast.GeneratorExp) -> None:
        if not any(node is free for free in self.order_free):
            for generator in node.generators:
                self._check(generator.iter)
        self.generic_visit(node)

    def _check(self, node: ast.expr) -> None:
        if self._is_set(node):
            self.lines.append(node.lineno)

    def _is_set(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name | ast.Attribute) and any(ast.unparse(node) in scope for scope in self.scopes):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor | ast.Sub):
            return self._is_set(node.left) or (not isinstance(node.op, ast.Sub) and self._is_set(node.right))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SET_METHODS:
            return self._is_set(node.func.value)
        if isinstance(node, ast.IfExp):
            return self._is_set(node.body) or self._is_set(node.orelse)
        return _makes_set(node)


def _makes_set(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in {"frozenset", "set"}
    return isinstance(node, ast.Set | ast.SetComp)


def _is_set_type(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        return _is_set_type(annotation.left) or _is_set_type(annotation.right)
    head = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return ast.unparse(head).rpartition(".")[2] in SET_TYPES


def _set_arguments(node: Function) -> frozenset[str]:
    every = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    return frozenset(argument.arg for argument in every if _is_set_type(argument.annotation))


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    return (child for child in ast.walk(node) if isinstance(child, ast.stmt))


def _set_names(body: list[ast.stmt]) -> frozenset[str]:
    """Names that these statements (not those of inner functions and classes) annotate or assign as sets."""
    names: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and (_is_set_type(statement.annotation) or _makes_set(statement.value)):
            names.add(ast.unparse(statement.target))
        elif isinstance(statement, ast.Assign) and _makes_set(statement.value):
            names |= {ast.unparse(assigned) for assigned in statement.targets}
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names |= _set_names([child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)])
    return frozenset(names)
