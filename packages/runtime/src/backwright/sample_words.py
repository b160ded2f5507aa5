"""Words that sample rows are made of: data only, no logic.

People, companies and places are invented; domains and numbers are those reserved for examples (RFC 2606).
"""

from collections.abc import Mapping
from typing import Final

Words = tuple[str, ...]

FIRST_NAMES: Final[Words] = (
    "Ada", "Amir", "Anna", "Ben", "Carla", "Chen", "Clara", "David", "Elena", "Emil", "Farah", "Felix",
    "Grace",
    "Hana", "Hugo", "Ines", "Ivan", "Jana", "Jonas", "Kofi", "Lara", "Leo", "Lina", "Marco", "Maya", "Mila",
    "Nadia",
    "Noah", "Olga", "Omar", "Paul", "Petra", "Rosa", "Samir", "Sara", "Sofia", "Tariq", "Theo", "Vera",
    "Yuki",
)  # fmt: skip
LAST_NAMES: Final[Words] = (
    "Adeyemi", "Andersen", "Bauer", "Becker", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad",
    "Hansen",
    "Hoffmann", "Ivanova", "Jansen", "Keller", "Kowalski", "Lang", "Lindqvist", "Martin", "Meyer", "Moreau",
    "Murphy",
    "Nakamura", "Novak", "Okafor", "Olsen", "Park", "Patel", "Peters", "Popescu", "Rossi", "Santos",
    "Schmidt",
    "Silva", "Tanaka", "Virtanen", "Wagner", "Weber", "Yilmaz", "Zhang",
)  # fmt: skip
COMPANIES: Final[Words] = (
    "Alder & Stone", "Brightwater Logistics", "Castell Foods", "Delta Bearings", "Eastgate Clinic",
    "Fjord Textiles",
    "Greenfield Farms", "Harbour Tools", "Ironbridge Works", "Juniper Labs", "Kestrel Aviation",
    "Lumen Energy",
    "Meridian Press", "Northwind Trading", "Oakhurst Dairy", "Pinnacle Hotels", "Quarry Lane Timber",
    "Riverside Print",
    "Silverline Transport", "Tidewater Marine",
)  # fmt: skip
STREETS: Final[Words] = (
    "Canal Street", "Church Lane", "Garden Road", "Harbour Road", "High Street", "Lime Avenue",
    "Market Square",
    "Mill Lane", "Park Road", "River Walk", "Station Road", "Victoria Street",
)  # fmt: skip
CITIES: Final[Words] = (
    "Aarhus", "Bologna", "Bristol", "Cork", "Dresden", "Ghent", "Graz", "Leipzig", "Lille", "Malmö", "Porto",
    "Riga",
    "Rotterdam", "Salzburg", "Turku", "Valencia",
)  # fmt: skip
COUNTRIES: Final[Words] = (
    "Austria",
    "Belgium",
    "Denmark",
    "Finland",
    "France",
    "Germany",
    "Ireland",
    "Italy",
    "Spain",
)
PLACES: Final[Words] = (
    "Hall A", "Hall B", "Boiler room", "Loading dock 2", "North wing, floor 1", "North wing, floor 2",
    "Roof, east",
    "Server room", "South yard", "Warehouse 1", "Warehouse 3", "Workshop",
)  # fmt: skip
SENTENCES: Final[Words] = (
    "Checked on the last visit, nothing unusual.", "Needs a second look before the end of the month.",
    "The customer asked for a call before anybody comes.", "Parts are ordered and arrive next week.",
    "Access only with a badge from the front desk.", "Works again after a restart; keep an eye on it.",
    "Please use the side entrance after six.", "Photos are in the shared folder.",
    "Same problem as in spring.",
    "Agreed on the phone, written confirmation follows.", "Runs well and quietly since the last service.",
    "To be discussed at the next planning meeting.",
)  # fmt: skip

TITLES: Final[Mapping[str, Words]] = {
    "work": (
        "Replace hydraulic pump", "Inspect emergency lighting", "Repair conveyor belt",
        "Calibrate pressure sensor",
        "Lubricate bearings", "Fix leaking valve", "Exchange air filters", "Test fire alarm",
        "Tighten guard rail",
        "Check forklift brakes", "Clean cooling tower", "Update control software", "Balance fan rotor",
        "Renew door seal", "Measure insulation resistance",
    ),
    "task": (
        "Prepare the quarterly report", "Call back the supplier", "Review the contract",
        "Update the price list",
        "Order office supplies", "Plan the team meeting", "Answer open questions",
        "Archive last year's files",
        "Check the invoice", "Write the release notes", "Test the backup", "Train the new colleague",
    ),
    "product": (
        "Cordless drill 18 V", "LED desk lamp", "Oak shelf, 80 cm", "Stainless water bottle",
        "Notebook A5, dotted",
        "Mechanical keyboard", "Travel backpack 30 l", "Espresso cups, set of 4", "Garden hose 25 m",
        "Wool blanket",
        "Bicycle pump", "Cast-iron pan 28 cm", "Rain jacket", "Monitor arm", "First-aid kit",
    ),
    "asset": (
        "Air compressor", "Assembly robot", "Backup generator", "Conveyor line", "Cooling unit", "CNC mill",
        "Delivery van", "Forklift", "Freight lift", "Heat pump", "Hydraulic press", "Packaging machine",
        "Passenger lift", "Rooftop fan", "Water boiler",
    ),
    "book": (
        "The Lighthouse Keeper", "A Short History of Salt", "Maps of Quiet Places", "The Last Orchard",
        "Learning to Listen", "Bread and Weather", "The Glass Harbour", "Winter in Porto", "Ten Letters",
        "The Clockmaker's Garden", "Rivers of Europe", "Small Machines",
    ),
    "article": (
        "What we learned in our first year", "Five ways to save energy at home",
        "Behind the scenes of the new site",
        "A guide to the old town", "Why small teams ship faster", "The return of the night train",
        "How we test our products", "Questions from our readers",
    ),
    "course": (
        "Algebra I", "Introduction to Biology", "European History", "Creative Writing", "Statistics",
        "Organic Chemistry",
        "Public Speaking", "Data Structures", "Music Theory", "Microeconomics",
    ),
    "event": (
        "Open day", "Spring concert", "Product launch", "Neighbourhood market", "Safety training",
        "Annual meeting",
        "Photography workshop", "Charity run", "Jazz evening", "Science fair",
    ),
    "project": (
        "New website", "Move to the new office", "Warehouse extension", "Customer portal", "Energy audit",
        "Summer campaign", "Mobile app", "Fleet renewal", "Supplier review", "Archive digitisation",
    ),
    "group": (
        "Electrical", "Mechanical", "Plumbing", "Logistics", "Office", "Outdoor", "Kitchen", "Safety",
        "Transport",
        "Facilities", "Finance", "Research",
    ),
}  # fmt: skip
"""Names and titles by what a thing is."""

THINGS: Final[Mapping[str, Words]] = {
    "work": ("work", "maintenance", "job", "inspection", "repair", "service", "incident"),
    "task": ("task", "ticket", "issue", "todo", "request", "step", "case", "note", "message"),
    "product": ("product", "item", "article_number", "goods", "part", "variant", "stock", "sku"),
    "asset": ("asset", "equipment", "machine", "device", "vehicle", "tool", "room", "unit", "sensor"),
    "book": ("book", "title", "edition", "film", "movie", "album"),
    "article": ("article", "post", "page", "news", "blog", "comment", "review"),
    "course": ("course", "class", "lesson", "subject", "exam", "module"),
    "event": ("event", "meeting", "appointment", "session", "booking", "reservation", "shift", "visit"),
    "project": ("project", "campaign", "deal", "opportunity", "plan", "milestone"),
    "group": ("category", "tag", "department", "team", "group", "section", "trade", "type", "label", "skill"),
}
"""Words in the name of an entity → what a thing is."""

PEOPLE: Final = frozenset({
    "user", "account", "person", "people", "technician", "employee", "worker", "staff", "member", "patient",
    "doctor",
    "nurse", "student", "teacher", "instructor", "author", "reader", "driver", "contact", "guest", "agent",
    "tenant",
    "owner", "player", "coach", "lead", "candidate", "applicant", "borrower", "trainer", "client", "customer",
    "manager", "buyer", "seller",
})  # fmt: skip
FIRMS: Final = frozenset({
    "company", "supplier", "vendor", "organisation", "organization", "manufacturer", "brand", "publisher",
    "employer",
    "carrier", "partner", "merchant", "agency", "clinic", "school", "library", "hotel", "restaurant",
    "branch", "store",
})  # fmt: skip

CHOICES: Final[Mapping[str, Words]] = {
    "city": CITIES,
    "country": COUNTRIES,
    "location": PLACES,
    "place": PLACES,
    "room": PLACES,
    "venue": PLACES,
    "category": TITLES["group"],
    "trade": ("Electrician", "Mechanic", "Plumber", "Heating engineer", "Carpenter"),
    "department": ("Production", "Facilities", "Sales", "Finance", "Research", "Support"),
    "position": ("Engineer", "Team lead", "Clerk", "Consultant", "Analyst"),
    "specialty": ("Cardiology", "Dermatology", "Neurology", "Paediatrics", "Surgery"),
    "genre": ("Biography", "Crime", "Essay", "History", "Novel", "Poetry"),
    "color": ("black", "blue", "green", "grey", "red", "white"),
    "colour": ("black", "blue", "green", "grey", "red", "white"),
    "size": ("S", "M", "L", "XL"),
    "unit": ("piece", "kg", "m", "l", "box"),
    "currency": ("EUR",),
    "language": ("en", "de", "fr", "es"),
    "locale": ("en", "de", "fr", "es"),
    "brand": ("Arden", "Boltwerk", "Corvus", "Dyna", "Elmo", "Fenix"),
    "manufacturer": ("Arden", "Boltwerk", "Corvus", "Dyna", "Elmo", "Fenix"),
    "make": ("Arden", "Boltwerk", "Corvus", "Dyna", "Elmo", "Fenix"),
    "model": ("A-100", "B-220", "C-340", "D-400", "E-550", "F-610"),
    "method": ("card", "cash", "transfer"),
    "gender": ("female", "male", "other"),
    "timezone": ("Europe/Berlin", "Europe/Lisbon", "Europe/Helsinki"),
}  # fmt: skip
"""Short texts by the name of the column."""

PROSE: Final = frozenset({
    "description", "notes", "note", "comment", "body", "text", "content", "summary", "message", "remarks",
    "reason",
    "bio", "details", "instructions", "diagnosis",
})  # fmt: skip
"""Columns that hold sentences."""
CODES: Final = frozenset({
    "sku", "code", "tag", "number", "serial", "barcode", "reference", "ref", "isbn", "plate", "license",
    "licence",
    "vin", "invoice",
})  # fmt: skip
"""Columns that hold a short code."""
