"""How briefs name the service, and words that are no part of the name.

What lives here: tables and patterns, as data. What must not: code that reads them (`title.py`).
"""

import re

START = re.compile(
    r"^(?:(?:please|hi|hello|can you|could you|would you|i|we|you|id|lets|let us|need"
    r"|needs|want|wants|like|to|would|are|am|is|help(?= (?:me|us) )|me|us|our|(?:the "
    r")?(?:goal|task|project) is|the"
    r"|looking|for|building|must|should|have|going|run|runs|operate|own) )*"
    r"(?:(?:implement|implements|build|builds|create|creates|develop|design|make|write"
    r"|set up|setup|generate|produce|deliver|provide|code|draft|manage|managing|track"
    r"|tracking|store|storing|keep track of) )?(?:(?:me|us|a|an|the"
    r"|out|up|our|my|new|for me|for us|for) )*"
)
STORY = re.compile(r"^as (?:an?|the) (?:\w+ ){1,3}(?:i|we)(?!\S)")
"""A user story tells what somebody does; it names no service."""

BUILD = re.compile(
    r"^(?:\w+ ){0,6}?(?:implement|build|create|develop|design|make|write|need|want|service"
    r"|system|backend|api)(?!\S)"
)
KIND = (
    r"(?:rest(?:ful)?|crud|json|http|web|graphql|backends?|back end|apis?|api|services?"
    r"|microservices?|servers?|apps?|applications?|software|solutions?|server side"
    r"|platforms?|systems?|tools?|websites?|sites?"
    r"|portals?|projects?|program|mvp|infrastructure|database|module|specs?"
    r"|specifications?|brief|requirements|endpoints)"
)
TECH = re.compile(
    r"(?<!\S)(?:simple|small|basic|modern|scalable|secure|robust|production|ready|grade"
    r"|complete|full|featured|fully|fledged|fast|lightweight|new|good|great|nice|python"
    r"|fastapi|django|flask|rest|restful|crud|json|http|api|web|online(?= (?:api|backend"
    r"|service))|asynchronous|async|multi tenant|internal|online|cloud|based|high"
    r"|performance|enterprise|saas|reliable|clean|small|internal|postgresql|mysql|sqlite"
    r"|redis|graphql|backend for|minimal|headless|type safe|typed|well|tested)(?!\S)"
)
ENDS = re.compile(
    r"(?<!\S)(?:with|that|which|where|who|whose|to|using|via|in|on|so|and (?:an?|the|its)"
    r"|including|has|have|should|must|needs?|can|will|allowing|letting|it|we|based on"
    r"|written|supporting|such|backed|running|\(|,|:|\.|;|!|-|→)(?!\S)"
)
ABOUT = re.compile(
    rf"^(?:{KIND} )*(?:is |will be )?(?:for|of|to) (?:(?:an?|the|our|my|your|their|managing"
    rf"|manage|tracking|track|handling|handle|running|run|administering|small|local|large"
    rf"|of|keeping|keep|company|business|some|people|who|users|its) )*"
)
MANAGEMENT = re.compile(r" (?:management|managing|tracking|tracker|administration|admin|manager)$")
