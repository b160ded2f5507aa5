"""Syntax that is newer than the interpreter → syntax that it knows, on the same lines.

What lives here: rewriting type parameters, type aliases, `except A, B:`, f-strings of Python 3.12 and template
strings of 3.14, and giving the tree its texts back. What must not: any other change; what is wrong stays wrong.

The text is scanned once, token by token, so that it takes as long as the text is long, whatever it holds.
"""

import ast
import re
from typing import NoReturn

from backwright_workbench.codebase.python.newer_runs import TEXT, Clause, Run

TEMPLATE = "__backwright_template__"
"""What stands for a t-string until `restored`, as `TEXT` does for an f-string."""
DEEPEST = 60
"""F-strings in f-strings that are followed."""

TOKEN = re.compile(
    r"""(?P<space>[ \t\f\r]+|\\\r?\n)
    |(?P<newline>\n)
    |(?P<comment>\#[^\n]*)
    |(?P<string>(?P<prefix>[rbuftRBUFT]{0,2})(?P<quote>\"\"\"|'''|"|'))
    |(?P<word>\w+)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<other>==|!=|<=|>=|:=|->|.)""",
    re.VERBOSE,
)
PLAIN = {
    "'": re.compile(r"[^\\'\n]*+(?:\\.[^\\'\n]*+)*+'", re.S),
    '"': re.compile(r'[^\\"\n]*+(?:\\.[^\\"\n]*+)*+"', re.S),
    "'''": re.compile(r"[^\\']*+(?:(?:\\.|'(?!''))[^\\']*+)*+'''", re.S),
    '"""': re.compile(r'[^\\"]*+(?:(?:\\.|"(?!""))[^\\"]*+)*+"""', re.S),
}
NAMED = re.compile(r"[ \t]+\w+[ \t]*(?=\[)")
ALIAS = re.compile(r"[ \t]+(\w+[ \t]*)(?=\[|=(?!=))")
LITERAL = re.compile(r"""[^{}\\"'\n]+""")
STAR = re.compile(r"[ \t]*\*")
CONVERSION = re.compile(r"![ \t\n]*\w+[ \t\n]*")
DEBUG = re.compile(r"=[ \t\n]*(?=[}!:])")


def rewritten(text: str) -> str:
    """The text as older Pythons write it, line by line the same. Raises `SyntaxError` where no string ends."""
    return _Scanner(text).code()


class _Scanner:
    """Reads a text from its beginning; `at` is how far it has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def refuse(self, why: str) -> NoReturn:
        error = SyntaxError(why)
        error.lineno = self.text.count("\n", 0, self.at) + 1
        raise error

    def code(self, inner: bool = False) -> str:
        """The code up to the end; of a value in an f-string (`inner`) up to where it ends."""
        out: list[str] = []
        run = Run(out)
        clause = Clause(out)
        brackets = 0
        begins = True
        while self.at < len(self.text):
            found = TOKEN.match(self.text, self.at)
            assert found is not None
            kind, token = found.lastgroup, found[0]
            if inner and brackets == 0 and self._ends(token):
                break
            self.at = found.end()
            if kind == "string":
                prefix = found["prefix"].lower()
                is_made = "f" in prefix or "t" in prefix
                run.take(self._made(prefix, found["quote"]) if is_made else self._plain(found), is_made)
                begins = False
                continue
            free = inner or brackets > 0
            if kind in ("space", "comment") or (kind == "newline" and free):
                out.append(token)
                continue
            run.end()
            if kind == "word":
                self._word(token, out, begins, clause)
            else:
                out.append(token if brackets else clause.take(token))
            brackets += (kind == "open") - (kind == "close" and brackets > 0)
            begins = kind == "newline" or (brackets == 0 and token in (";", ":"))
        run.end()
        return "".join(out)

    def _ends(self, sign: str) -> bool:
        return sign in ("}", "!", ":", ":=") or (sign == "=" and DEBUG.match(self.text, self.at) is not None)

    def _word(self, word: str, out: list[str], begins: bool, clause: Clause) -> None:
        if word in ("def", "class"):
            named = NAMED.match(self.text, self.at)
            if named:
                self.at = named.end()
                out += [word, named[0], self._bracket()]
                return
        if word == "type" and begins:
            alias = ALIAS.match(self.text, self.at)
            if alias:
                self.at = alias.end()
                out += [alias[1], self._bracket() if self.text[self.at] == "[" else ""]
                return
        out.append(word)
        if word == "except" and begins:
            star = STAR.match(self.text, self.at)
            if star:
                out.append(star[0])
                self.at = star.end()
            clause.begin()
        elif word == "as":
            clause.leave()

    def _bracket(self) -> str:
        """Passes over type parameters; their lines stay."""
        since, level = self.at, 0
        while self.at < len(self.text):
            found = TOKEN.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            if found["string"] is not None:
                self._plain(found)
            level += (found.lastgroup == "open") - (found.lastgroup == "close")
            if level == 0:
                break
        return "\\\n" * self.text.count("\n", since, self.at)

    def _plain(self, found: "re.Match[str]") -> str:
        rest = PLAIN[found["quote"]].match(self.text, self.at)
        if rest is None:
            self.refuse("unterminated string literal")
        self.at = rest.end()
        return found["string"] + rest[0]

    def _made(self, prefix: str, quote: str) -> str:
        """A text with values in it, as a call of its parts."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse("f-strings are nested too deeply")
        is_raw = "r" in prefix
        out = [TEMPLATE if "t" in prefix else TEXT, "("]
        literal: list[str] = []

        def flush() -> None:
            words = "".join(literal)
            literal.clear()
            if (len(words) - len(words.rstrip("\\"))) % 2:
                words = words[:-1]
            if words.endswith(quote[0]):
                words = words[:-1] + ("" if is_raw else f"\\{quote[0]}")
            if words:
                out.append(f"{'r' if is_raw else ''}{quote}{words}{quote},")

        while not self.text.startswith(quote, self.at):
            here = self.text[self.at : self.at + 1]
            words = LITERAL.match(self.text, self.at)
            if not here or (here == "\n" and len(quote) == 1):
                self.refuse("f-string: unterminated string")
            if words:
                literal.append(words[0])
                self.at = words.end()
            elif here == "\\":
                literal.append(self._escape(is_raw))
            elif here in "{}" and self.text.startswith(here * 2, self.at):
                literal.append(here)
                self.at += 2
            elif here == "{":
                flush()
                out.append(self._hole())
            else:
                literal.append(here)
                self.at += 1
        flush()
        self.at += len(quote)
        self.depth -= 1
        return "".join([*out, ")"])

    def _escape(self, is_raw: bool) -> str:
        since = self.at
        follows = self.text[since + 1 : since + 2]
        if not is_raw and self.text.startswith("N{", since + 1):
            self.at = self.text.find("}", since) + 1 or since + 1
        else:
            self.at += 1 if follows in ("{", "}") else 2
        return self.text[since : self.at]

    def _hole(self) -> str:
        """`{value!r:spec}` → `(value),`."""
        self.at += 1
        value = self.code(inner=True)
        since = self.at
        for rest in (DEBUG, CONVERSION):
            found = rest.match(self.text, self.at)
            self.at = found.end() if found else self.at
        if self.text.startswith(":", self.at):
            self._specification()
        if not self.text.startswith("}", self.at):
            self.refuse("f-string: expecting '}'")
        self.at += 1
        lines = "\n" * self.text.count("\n", since, self.at)
        return f"({value}{lines})," if value.strip() else self.refuse("f-string: valid expression required")

    def _specification(self) -> None:
        """Passes over how a value is to be shown, values in it included."""
        level = 0
        while self.at < len(self.text):
            here = self.text[self.at]
            if here == "}" and level == 0:
                return
            level += (here == "{") - (here == "}")
            self.at += 1


def restored(tree: ast.Module, text: str) -> ast.Module:
    """The tree of a text with the f-strings in it again that `rewritten` wrote as calls."""
    if TEXT in text or TEMPLATE in text:
        _Restorer().visit(tree)
    return tree


class _Restorer(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in (TEXT, TEMPLATE):
            return node
        if node.func.id == TEMPLATE:
            node.func.id = "Template"
            return node
        values: list[ast.expr] = []
        for each in node.args:
            if isinstance(each, ast.JoinedStr):
                values += each.values
            elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                values.append(each)
            else:
                values.append(ast.copy_location(ast.FormattedValue(each, -1, None), each))
        return ast.copy_location(ast.JoinedStr(values), node)
