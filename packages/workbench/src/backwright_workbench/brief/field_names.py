"""What names of fields suggest: a table, and nothing else.

What lives here: patterns of names and the field each suggests. What must not: code that decides
(`inference.py`), and fields of entities that the catalogue knows; those are said in full there.
"""

from backwright_workbench.blueprint.model import FieldModel


def _field(type_: str, **said: object) -> FieldModel:
    return FieldModel.model_validate({"type": type_, "optional": True, **said})


STRING = _field("string", max=200)
"""What a name that suggests nothing becomes: it takes what people write, and narrowing it loses nothing."""

_REQUIRED = {"optional": False}

TABLE: tuple[tuple[str, FieldModel], ...] = (
    # yes or no
    (
        "is_* has_* can_* allow_* allows_* *_enabled *_allowed *_required *_included *_verified "
        "*_approved *_completed",
        _field("boolean", default=False, **_REQUIRED),
    ),
    (
        "featured verified approved paid completed done archived deleted locked hidden billable "
        "refundable pinned urgent default private remote read seen subscribed vaccinated neutered "
        "furnished smoking overdue published",
        _field("boolean", default=False, **_REQUIRED),
    ),
    (
        "active enabled available visible in_stock",
        _field("boolean", default=True, **_REQUIRED),
    ),
    # contact
    (
        "email email_address *_email *_email_address",
        _field("email"),
    ),
    (
        "phone mobile fax telephone phone_number mobile_number *_phone *_phone_number *_mobile "
        "*_fax whatsapp",
        _field("phone"),
    ),
    (
        "url uri website homepage link *_url *_uri *_link *_website webhook image picture photo "
        "avatar logo thumbnail cover cover_image video *_image *_photo *_avatar *_logo linkedin "
        "github",
        _field("url"),
    ),
    # moments and days
    (
        "*_at *_datetime *_timestamp timestamp datetime time *_time deadline last_login last_seen expires "
        "scheduled_for planned_for booked_for",
        _field("datetime"),
    ),
    (
        "date *_on *_date birthday date_of_* birth_date dob start end from_date to_date due *_since "
        "*_until expiry expiration from_value until since valid_from",
        _field("date"),
    ),
    # places, before numbers of other kinds
    (
        "latitude lat *_latitude",
        _field("decimal", places=6, min=-90, max=90),
    ),
    (
        "longitude lng lon *_longitude",
        _field("decimal", places=6, min=-180, max=180),
    ),
    (
        "altitude elevation",
        _field("decimal", places=2),
    ),
    (
        "country country_code nationality *_country *_country_code",
        _field("string", max=2, description="ISO 3166-1 alpha-2."),
    ),
    (
        "language locale lang *_language *_locale",
        _field("string", max=35, description="BCP 47, such as en or pt-BR."),
    ),
    (
        "timezone time_zone tz *_timezone",
        _field("string", max=64, description="IANA name, such as Europe/Paris."),
    ),
    (
        "currency currency_code *_currency",
        _field("string", max=3, description="ISO 4217, such as EUR."),
    ),
    (
        "city town region province state_or_province county district suburb neighbourhood neighborhood",
        _field("string", max=100),
    ),
    (
        "zip zip_code zipcode postcode postal_code post_code *_postcode *_zip",
        _field("string", max=20),
    ),
    (
        "address street address_line* *_address street_* location place venue destination origin",
        _field("string", max=300),
    ),
    # share of a whole, and measures
    (
        "percent percentage *_percent *_percentage *_pct tax_rate vat_rate commission_rate "
        "interest_rate discount_rate progress probability humidity battery battery_level completion",
        _field("decimal", places=2, min=0, max=100),
    ),
    (
        "temperature *_temperature temp celsius fahrenheit",
        _field("decimal", places=2),
    ),
    (
        "weight height width length depth diameter volume area distance mileage odometer speed "
        "size_* *_weight *_height *_width *_length *_depth *_distance *_kg *_g *_km *_m *_cm *_mm "
        "*_miles *_lbs *_litres *_liters *_m2 *_sqm *_sqft square_feet square_meters litres liters "
        "voltage current power pressure gpa score *_score",
        _field("decimal", places=2, min=0),
    ),
    (
        "exchange_rate conversion_rate",
        _field("decimal", places=6, min=0),
    ),
    (
        "value reading measurement *_value",
        _field("decimal", places=4),
    ),
    # money
    (
        "price amount cost total subtotal fee fare rent salary wage budget balance deposit payment "
        "revenue income expense tax vat discount shipping tip fine premium bonus hourly_rate "
        "daily_rate nightly_rate rate *_price *_amount *_cost *_fee *_fees *_fare *_rent *_salary "
        "*_wage *_budget *_deposit *_revenue *_tax *_discount price_* cost_* amount_* credit debit",
        _field("money", min=0),
    ),
    (
        "*_balance profit margin *_profit",
        _field("money"),
    ),
    # whole numbers
    (
        "rating stars *_rating",
        _field("integer", min=1, max=5),
    ),
    (
        "year *_year",
        _field("integer", min=1, max=9999),
    ),
    (
        "month *_month",
        _field("integer", min=1, max=12),
    ),
    (
        "age *_age",
        _field("integer", min=0, max=150),
    ),
    (
        "floor storey",
        _field("integer", min=-20, max=200),
    ),
    (
        "port *_port",
        _field("integer", min=1, max=65535),
    ),
    (
        "opening_hours business_hours office_hours working_hours visiting_hours hours_of_operation",
        _field("string", max=500),
    ),
    (
        "quantity qty *_quantity *_qty count *_count number_of_* num_* no_of_* total_* stock "
        "stock_* *_stock reorder_level capacity *_capacity seats beds bedrooms bathrooms rooms "
        "guests *_guests participants attendees_limit views likes points pages copies units *_units "
        "*_copies limit max_* min_* maximum_* minimum_* credits attempts votes",
        _field("integer", min=0, max=1_000_000_000),
    ),
    (
        "duration *_minutes *_hours *_days *_seconds *_weeks *_months *_years minutes hours days seconds"
        " weeks months years lead_time",
        _field("integer", min=0, max=1_000_000),
    ),
    (
        "sort_order order_index rank sequence level index",
        _field("integer", min=0, max=1_000_000),
    ),
    # what identifies
    (
        "sku isbn vin slug serial_number serial barcode ean upc iban registration_number "
        "license_plate licence_plate plate_number number_plate passport_number national_id ssn "
        "tax_id vat_number tracking_number invoice_number order_number account_number "
        "employee_number student_number member_number membership_number policy_number case_number "
        "ticket_number contract_number registration_no asset_tag imei mac_address",
        _field("string", max=50, unique=True, **_REQUIRED),
    ),
    (
        "code",
        _field("string", max=50, unique=True, **_REQUIRED),
    ),
    (
        "username user_name handle nickname",
        _field("string", max=50, unique=True, **_REQUIRED),
    ),
    (
        "ip ip_address *_ip",
        _field("string", max=45),
    ),
    (
        "hash checksum *_hash",
        _field("string", max=128),
    ),
    (
        "color colour *_color *_colour",
        _field("string", max=50),
    ),
    (
        "number *_number *_no reference ref *_reference *_ref *_code tag model make brand *_id",
        _field("string", max=50),
    ),
    # words
    (
        "description *_description notes note *_notes body content comment comments bio biography "
        "text message details summary instructions remarks feedback transcript diagnosis symptoms "
        "treatment terms requirements ingredients abstract answer medical_history allergies "
        "special_requests observations history agenda resolution reason *_reason",
        _field("text"),
    ),
    (
        "name title",
        _field("string", max=200, **_REQUIRED),
    ),
    (
        "label subject headline heading caption",
        _field("string", max=200, **_REQUIRED),
    ),
    (
        "first_name last_name full_name family_name given_name surname",
        _field("string", max=100, **_REQUIRED),
    ),
    (
        "*_name middle_name company organisation organization employer author",
        _field("string", max=200),
    ),
    (
        "tags keywords labels",
        _field("string", max=500, description="Words, separated by commas."),
    ),
    (
        "settings metadata_json preferences configuration config options attributes properties extra payload",
        _field("json"),
    ),
    # choices
    (
        "status state",
        _field("enum", values=("open", "closed"), default="open", **_REQUIRED),
    ),
    (
        "priority severity urgency",
        _field("enum", values=("low", "normal", "high", "urgent"), default="normal", **_REQUIRED),
    ),
    (
        "gender sex",
        _field("enum", values=("female", "male", "other", "undisclosed")),
    ),
    (
        "visibility",
        _field("enum", values=("private", "public"), default="private", **_REQUIRED),
    ),
    (
        "difficulty",
        _field("enum", values=("easy", "medium", "hard"), default="medium", **_REQUIRED),
    ),
    (
        "position type kind category genre department role position_title *_type *_kind *_category",
        _field("string", max=100),
    ),
)
"""Name patterns → field. A pattern is a whole name, or `*_end`, or `start_*`; the first that fits decides, so
the particular stands before the general: `discount_percent` is met before `*_discount`.
"""
