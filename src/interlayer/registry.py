"""The one table type of the package: a family whose members are files.

A `Registry` names a package folder; every sibling file of that folder may hold members of the family, and so may any
installed distribution that declares the entry-point group `interlayer.<family>`. Adding a member is adding a file.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from .errors import UnknownNameError

T = TypeVar("T")


class Registry(Generic[T], Mapping[str, T]):
    """Name -> member, filled by the `@registry.add("name", ...)` decorator when a file of `package` is imported.

    family   what a member is, in words, for messages ("element")
    package  dotted package whose modules are discovered ("interlayer.elements")

    A lookup first tries the module of the same name (so a cold start imports one file), then all files, then the
    entry points; a name that stays unknown raises `UnknownNameError` with the nearest match.
    """

    def __init__(self, family: str, package: str) -> None:
        self.family = family
        self.package = package
        self._members: dict[str, T] = {}
        self._primary: list[str] = []
        self._complete = False

    def add(self, *names: str) -> Callable[[T], T]:
        """Decorator that files a member under its first name and its aliases; a name taken twice is an error."""

        def decorate(member: T) -> T:
            for name in names:
                if name in self._members and self._members[name] is not member:
                    raise UnknownNameError(
                        f"Two {self.family}s claim the name {name!r}", given=name, remedy="Rename one of them"
                    )
                self._members[name] = member
            self._primary.append(names[0])
            return member

        return decorate

    def discover(self) -> None:
        """Import every file of the package and every entry point of the group `<package>`."""
        if self._complete:
            return
        root = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(root.__path__):
            if not module.name.startswith("_"):
                importlib.import_module(f"{self.package}.{module.name}")
        for point in importlib.metadata.entry_points(group=self.package):
            point.load()
        self._complete = True

    def __getitem__(self, name: str) -> T:
        if name in self._members:
            return self._members[name]
        if not self._complete and name.isidentifier():
            module = f"{self.package}.{name}"
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                if error.name != module:
                    raise
        if name not in self._members:
            self.discover()
        if name not in self._members:
            raise UnknownNameError(f"There is no {self.family} of this name", given=name, allowed=self._members)
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        self.discover()
        return iter(sorted(self._primary))

    def __len__(self) -> int:
        self.discover()
        return len(self._primary)

    def __contains__(self, name: object) -> bool:
        self.discover()
        return name in self._members
