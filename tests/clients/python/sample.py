"""The sample organisation as the suite needs it: people, applications, addresses.

The ids are those of crates/server/sample.yaml, which fixes them so that scripts may name them. What `dev.env` carries
(origin, tenant, first confidential and first public application, passwords) is read from there, in world.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    upn: str
    id: str
    name: str


@dataclass(frozen=True)
class Application:
    name: str
    client_id: str
    secret: str | None
    redirect: str | None
    principal: str  # the id of its service principal in the customer's tenant; empty where only consent creates one


def _person(upn: str, number: int, name: str) -> Person:
    return Person(f"{upn}@waterkant.example", f"aaaaaaaa-0000-4000-8000-{number:012}", name)


SANNE = _person("sanne.devries", 1, "Sanne de Vries")        # Global Administrator
JORIS = _person("joris.bakker", 2, "Joris Bakker")
LUKAS = _person("lukas.schneider", 4, "Lukas Schneider")
MAREIKE = _person("mareike.hoffmann", 5, "Mareike Hoffmann")  # Helpdesk Administrator: no say in consent
JURGEN = _person("jurgen.mueller", 6, "Jürgen Müller")
FATIMA = _person("fatima.elamrani", 7, "Fatima El Amrani")    # Approver of orders, assigned to Payroll
PIETER = _person("pieter.vandijk", 8, "Pieter van Dijk")
DAAN = _person("daan.visser", 9, "Daan Visser")
EMMA = _person("emma.smit", 10, "Emma Smit")                  # disabled
GUEST = _person("gast_zonnebel.example#EXT#", 11, "Gijs de Gast")
KATRIN = Person("katrin.weber@zonnebel.example", "aaaaaaaa-0000-4000-8000-000000000021", "Katrin Weber")

PEOPLE_IN_TENANT = 12
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"  # the publisher's, where Katrin is at home

INTRANET = Application(
    "Waterkant Intranet",
    "c1000000-0000-4000-8000-000000000001",
    "intranet-secret-for-development-only",
    "http://localhost:5000/auth/callback",
    "ffffffff-0000-4000-8000-000000000001",
)
PLANNER = Application(  # a single-page app
    "Waterkant Planner",
    "c1000000-0000-4000-8000-000000000002",
    None,
    "http://localhost:5173",
    "ffffffff-0000-4000-8000-000000000002",
)
MOBILE = Application(  # a native app
    "Waterkant Mobile",
    "c1000000-0000-4000-8000-000000000003",
    None,
    "http://localhost",
    "ffffffff-0000-4000-8000-000000000003",
)
EXPORT = Application(  # a daemon
    "Waterkant Nightly Export",
    "c1000000-0000-4000-8000-000000000004",
    "export-secret-for-development-only",
    None,
    "ffffffff-0000-4000-8000-000000000004",
)
ORDERS_API = Application(  # an API; it calls Graph for whoever calls it
    "Waterkant Orders API",
    "c1000000-0000-4000-8000-000000000005",
    "orders-secret-for-development-only",
    None,
    "ffffffff-0000-4000-8000-000000000005",
)
PAYROLL = Application(  # assignment required
    "Waterkant Payroll",
    "c1000000-0000-4000-8000-000000000007",
    "payroll-secret-for-development-only",
    "http://localhost:5003/callback",
    "ffffffff-0000-4000-8000-000000000007",
)
SIGNED = Application(  # not in the sample: what runs the suites adds it, with a certificate that is made for the run
    "Waterkant Signed Job",
    "c1000000-0000-4000-8000-000000000008",
    None,
    "http://localhost:5008/callback",
    "ffffffff-0000-4000-8000-000000000008",
)
CONTACTS = Application(  # a publisher's app of another tenant
    "Zonnebel Contacts",
    "c2000000-0000-4000-8000-000000000001",
    "contacts-secret-for-development-only",
    "http://localhost:5002/callback",
    "",
)

GRAPH = "https://graph.microsoft.com"
ORDERS = "api://waterkant-orders"
ORDERS_APP_ID = ORDERS_API.client_id
ARCHIVE = "https://archive.waterkant.example/"  # ends with a slash, so its scopes have two

GROUP_EVERYONE = "bbbbbbbb-0000-4000-8000-000000000001"  # holds the groups below
GROUP_FINANCE = "bbbbbbbb-0000-4000-8000-000000000004"   # holds Lukas
