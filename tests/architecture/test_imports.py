"""What may import what, beyond the contracts in pyproject.toml: those speak of packages, these of single modules."""

import grimp
import pytest

from tests.support.project import CONNECTORS, PACKAGES, packages

NOT_FOR_CONNECTORS = {"sqlalchemy", "alembic", "strawberry", "psycopg", "dbos", "sqlite3"}
NOT_FOR_PURE_ROOMS = NOT_FOR_CONNECTORS | {
    "httpx",
    "pydantic",
    "requests",
    "socket",
    "starlette",
    "subprocess",
    "uvicorn",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom, in all packages that exist."""
    found = [folder.name for folder in packages() if (folder / "__init__.py").exists()]
    return grimp.build_graph(*found, include_external_packages=True, cache_dir=None)


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_sees_the_sdk_and_its_sandbox_sees_the_sandbox(graph, connector):
    strays = [
        f"{module} imports {imported}"
        for module in modules_of(graph, connector)
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] in PACKAGES and not may_see(connector, module, imported)
    ]

    assert strays == []


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_knows_no_database_and_no_api(graph, connector):
    assert imports_of(graph, connector, NOT_FOR_CONNECTORS) == []


@pytest.mark.parametrize("room", ["kizuna.model", "kizuna.identity", "kizuna.metrics"])
def test_a_pure_room_does_no_io(graph, room):
    assert imports_of(graph, room, NOT_FOR_PURE_ROOMS) == []


def test_the_console_reaches_data_through_the_api_only(graph):
    below = {"kizuna.storage", "kizuna.unify", "kizuna.metrics", "kizuna.identity", "sqlalchemy", "sqlite3", "psycopg"}

    assert imports_of(graph, "kizuna.console", below) == []


def test_only_the_transport_of_the_sdk_knows_the_http_client_beside_connectors(graph):
    importers = {
        module.split(".")[1]
        for module in graph.modules
        if module.startswith("kizuna.") and "httpx" in graph.find_modules_directly_imported_by(module)
    }

    assert importers <= {"sdk", "sandbox", "testing", "access", "demo"}


def test_only_jobs_knows_the_job_engine(graph):
    importers = {m for m in graph.modules if "dbos" in graph.find_modules_directly_imported_by(m)}

    assert all(module.startswith("kizuna.jobs") for module in importers), sorted(importers)


def test_only_graphql_knows_strawberry(graph):
    importers = {m for m in graph.modules if "strawberry" in graph.find_modules_directly_imported_by(m)}

    assert all(module.startswith("kizuna.graphql") for module in importers), sorted(importers)


def may_see(connector: str, module: str, imported: str) -> bool:
    """Whether a connector's module may import another module of Kizuna."""
    own = imported == connector or imported.startswith(f"{connector}.")
    sdk = imported == "kizuna.sdk" or imported.startswith("kizuna.sdk.")
    sandbox = imported == "kizuna.sandbox" or imported.startswith("kizuna.sandbox.")
    in_sandbox = module == f"{connector}.sandbox" or module.startswith(f"{connector}.sandbox.")
    return own or sdk or (sandbox and in_sandbox)


def modules_of(graph: grimp.ImportGraph, package: str) -> list[str]:
    """The package and everything in it, sorted; nothing when it does not exist."""
    return sorted(m for m in graph.modules if m == package or m.startswith(f"{package}."))


def imports_of(graph: grimp.ImportGraph, package: str, refused: set[str]) -> list[str]:
    """The direct imports, by any module of the package, of what is refused."""
    return [
        f"{module} imports {imported}"
        for module in modules_of(graph, package)
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if any(imported == name or imported.startswith(f"{name}.") for name in refused)
    ]
