"""Which numbers identify what.

What lives here: tables, as data. What must not: code that reads them (`identifiers.py`).
"""

from backwright_workbench.brief.grammar import word_set

_PLACED = word_set(
    "car vehicle truck van lorry bus motorcycle motorbike bike trailer taxi automobile scooter boat tractor machine"
)
_SOLD = word_set(
    "product item variant article part material good sku merchandise component ingredient supply spare"
)
_PEOPLE = word_set(
    "person customer client member employee student patient guest driver passenger tenant owner applicant citizen"
    " worker traveller traveler user candidate teacher doctor donor volunteer supplier vendor company organization"
    " business"
)
IDENTIFIES = (
    (
        word_set(
            "license_plate licence_plate plate_number number_plate registration_number registration_no vin"
        ),
        _PLACED,
    ),
    (word_set("sku ean upc"), _SOLD),
    (word_set("isbn"), word_set("book title edition publication ebook")),
    (
        word_set("passport_number national_id ssn tax_id vat_number iban"),
        _PEOPLE | word_set("account passport"),
    ),
    (word_set("tracking_number"), word_set("shipment parcel package delivery consignment")),
    (word_set("username user_name handle nickname"), _PEOPLE | word_set("profile account player")),
)
"""Names, and the last words of what they identify."""
OF_ANYTHING = word_set("code slug")
HAPPENINGS = word_set(
    "ticket fine visit inspection booking session log repair claim report record reading line movement check incident"
    " service event entry scan transfer reservation loan rental hire payment note comment review request assignment"
)
"""Last words of what happens to identified things, over and over."""
