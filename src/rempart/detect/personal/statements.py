"""What is said of somebody: where she lives, works or studies, when she is where, her family, and
that people will come to her door.

Rules of this module:

1. Somebody else is spoken of: "elle", "il", "she", "they", a name, "sa mère". What one says of
   oneself ("j'habite", "my mother") or of nobody in particular ("on", "qui", "it") is not meant.
2. A place must follow that one can go to. "Elle vit dans son monde" and "it works at last" name
   none; "loin", "à côté", "far away" say nothing.
3. A time alone is no schedule: it needs a place that is left or reached ("sort à 18 h de la fac").
4. Announcing to come to somebody's home, or to send the police or others there, is a threat, and it
   speaks of a home: both labels (`detector`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found
from rempart.detect.personal.gate import Look

_NOBODY_FR: Final = (
    r"(?!(?:je|j|tu|on|nous|vous|qui|ca|cela|ceci|moi|toi|que|ou|et|ne|pas|personne|tout|"
    r"quelqu'un|dieu|le|la|les"
    r"|un|une|des|ce|cette|mon|ma|mes|ton|ta|tes|notre|nos|votre|vos|toujours|deja|bien|plus)\b)"
)
_WHO_FR: Final = (
    rf"(?<!mon )(?<!ma )(?<!mes )(?<!nos )(?<!notre )(?<!moi )(?:(?:elles?|ils?|iel|celle-ci|"
    rf"celui-ci|(?:cette|ce) (?:fille|meuf|gars|mec|type|femme|homme|streameuse|streamer|pute|"
    rf"connasse|conne?)"
    r"|(?:sa|son|ses|leur|leurs) (?:copine|copain|mec|meuf|femme|mari|ex|coloc)"
    rf"|{_NOBODY_FR}[a-z][a-z-]{{2,20}}),? )"
)
_OFTEN_FR: Final = (
    r"(?:y |n'|ne |en fait |maintenant |toujours |actuellement |encore |seule? |vraiment |"
    r"desormais |tous les jours "
    r"|a mi-temps |la semaine |le soir |en ce moment |depuis \w+ \w+ |avec \w+(?: \w+)? )*"
)
_VAGUE_FR: Final = (
    r"(?!(?:a )?(?:cote|fond|peine|nouveau|jamais|l'aise|la fois|l'etranger|plein temps|mi-temps|"
    r"temps|domicile\b|distance"
    r"|plusieurs|perpete|merveille|deux\b|100 a l'heure|l'heure|la campagne\b|la ville\b|"
    r"la montagne\b|proximite|ma|mon|mes|moi|nous"
    r"|ton|ta|tes|toi|la main|l'ancienne|la chaine|la rue$|paix|peur|bien|mal)\b)"
)
_AT_FR: Final = (
    rf"(?:a l'|a la |a |au |aux |dans |en face d\w+ |en |chez |sur |pres d\w* ?|juste derriere |"
    rf"derriere |devant |rue |place |pour |comme \w+ (?:a|au|chez|dans) )"
    rf"{_VAGUE_FR}"
)
_LIVES_FR: Final = re.compile(
    rf"\b{_WHO_FR}{_OFTEN_FR}(?:habit(?:e|ent|ait)|cr[ae]che|loge|reside|squatte|demeure|dort)\b "
    rf"{_OFTEN_FR}(?:juste |pile |bien )?(?:{_AT_FR}|au? \d|le \d|la (?!bas)|l'|\d|(?!(?:a|au|aux|"
    rf"en|un|une|ici|la|la-bas|loin|seule?|ou|encore|toujours|deja|pas|plus|meme|avec|sous|tout|"
    rf"trop|vraiment|et|mais|dans|chez|sur|bien|maintenant|les|l|son|sa|ses|notre|mon|ma|ton|ta|"
    rf"cette|ce|leur|des|du|de|d)\b))(?P<place>['a-z0-9-]{{2,30}}(?: [a-z0-9'-]{{1,25}}){{0,6}})"
)
_VIT_FR: Final = re.compile(
    rf"\b{_WHO_FR}{_OFTEN_FR}(?:vit|vivent|emmenage|a demenage|a emmenage|"
    rf"s'est installee?) {_OFTEN_FR}"
    r"(?:(?:a|au \d+|rue|chez|pres d\w) (?:l[ea] )?(?!peine|nouveau|cote|l'|la |fois|moi|nous|"
    r"lui\b|elle\b|100|fond)[a-z'-]{3,25}"
    r"|dans (?:le \d+|le quartier|la rue|la residence|l'immeuble|la tour|une? (?:appart\w*|maison|"
    r"studio|residence|resid)"
    r"|la cite|le lotissement|l'appart\w*|un immeuble))"
)
_PLACE_FR: Final = (
    r"(?:boulangerie|pharmacie|supermarche|carrefour|leclerc|auchan|lidl|intermarche|monoprix|"
    r"decathlon|ikea|mcdo\w*"
    r"|fnac|boutique|magasin|resto\w*|restaurant|bar|cafe|salon|agence|banque|mairie|prefecture|"
    r"hopital|clinique|cabinet"
    r"|entreprise|societe|usine|bureaux?|ecole|college|lycee|fac|faculte|universite|iut|creche|"
    r"maternelle|primaire|campus"
    r"|librairie|garage|station|hotel|poste|gare|theatre|musee|mediatheque|bibliotheque|"
    r"conservatoire|institut|labo\w*"
    r"|start-?up|studio|ehpad|maison de retraite|centre|salle|club|gymnase|piscine|stade|chantier|"
    r"accueil|caisse|atelier"
    r"|chu|caf|cpam|pole emploi|tribunal|commissariat|caserne|zone|tour|clinique|veterinaire|"
    r"dentiste|coiffeur|orange"
    r"|airbus|renault|sncf|edf|total|michelin|amazon|capgemini|thales|bts|prepa|sciences po|"
    r"polytechnique|insa|ens|sorbonne)"
)
_WORKS_FR: Final = re.compile(
    rf"\b{_WHO_FR}{_OFTEN_FR}(?:travail(?:le|lent|lait)|bosse(?:nt)?|taffe|exerce|"
    rf"est (?:serveuse?|caissiere?|infirmiere?|prof\w*|vendeuse?|vendeur|employee?|stagiaire|"
    rf"en stage|en alternance|apprentie?|secretaire|receptionniste|aide-soignante?|coiffeuse?))\b "
    rf"{_OFTEN_FR}{_AT_FR}(?P<place>['a-z0-9-]{{2,30}}(?: [a-z0-9'-]{{1,25}}){{0,6}})"
)
_STUDIES_FR: Final = re.compile(
    rf"\b{_WHO_FR}{_OFTEN_FR}(?:etudi(?:e|ent|ait)|est (?:scolarisee?s?|inscrite?|etudiante?|"
    rf"eleve|en (?:\w+ ){{1,3}})|fait ses etudes|va (?:en cours )?|suit des cours|est|"
    rf"sont (?:scolarise\w*)?|vont) ?"
    rf"(?:en \w+ )?(?:a l'|a la |au |a |dans (?:le |l'|la )?)(?:\w+[- ']){{0,2}}?(?:ecole|college|"
    rf"lycee|fac|faculte|universite|univ|iut|creche|maternelle|primaire|campus|conservatoire|"
    rf"institut|prepa|insa|sorbonne)\b (?P<place>\S.{{2,40}})"
)
_ENROLLED_FR: Final = re.compile(r"\b(?:est|sont|etait) scolarise\w* (?:a|au|dans|en|chez) ?\S{2,}")
_FAMILY_FR: Final = (
    r"(?:mere|pere|maman|papa|soeur|frere|fils|fille|filles|enfants?|gosses?|gamins?|gamine|"
    r"parents|grand-mere|grand-pere|mamie|papi"
    r"|tante|oncle|cousine?|mari|femme|copain|copine|compagnon|compagne|ex|conjoint|fiancee?|bebe|"
    r"daronne?|reum|reup|petite? soeur|petit frere|nourrice|vieux|vieille)"
)
_HIS_FAMILY_FR: Final = re.compile(
    rf"\b(?:sa|son|ses|leur|leurs|(?:la|le|les) {_FAMILY_FR} (?:de |d'|"
    rf"a )[a-z-]{{2,20}})(?: (?:petite?|grande?|demi-?|belle-|beau-))? ?(?:{_FAMILY_FR})?,? "
    r"(?:(?:elle|il|ils) )?(?:(?:bosse|travaille|taffe|habite|creche|loge|vit|etudie|"
    r"enseigne)(?:nt)? "
    r"(?:aussi |toujours |juste )?(?:a|au|aux|chez|dans|en face|pres|derriere|comme|rue|sur|avec|"
    r"en)\b"
    r"|(?:va|vont|est|sont)(?: scolarisee?s?| inscrite?s?| en \w+)? (?:a l'ecole|a l'|a la (?:fac|"
    r"creche|maternelle|maison de retraite)|au (?:college|lycee|\w+)|en (?:maternelle|cp|ce1|ce2|"
    r"cm1|cm2|6e|5e|4e|3e|primaire) )"
    r"|s'appell(?:e|ent) [a-z-]{2,}|(?:c'est|se nomment?) [a-z-]{2,} [a-z-]{2,}|tient (?:la|le|un|"
    r"une|l') ?\w+)"
)
_TIME_FR: Final = (
    r"(?:vers |a partir de )?(?:\d{1,2} ?(?:h|heures?|:)(?: ?\d{2})?|midi|minuit)(?: ?(?:pile|"
    r"environ))?"
)
_LEAVES_FR: Final = re.compile(
    rf"\b{_WHO_FR}{_OFTEN_FR}(?:sort|quitte|finit|termine|rentre|part|arrive|commence|embauche|"
    rf"debauche|descend|revient|passe|est|attend|prend)\b"
    rf"[^.!?\n]{{0,40}}?(?:a|vers|jusqu'a|de|entre|"
    rf"a partir de) {_TIME_FR}(?P<rest>[^.!?\n]{{0,90}})"
)
_LEFT_FR: Final = re.compile(
    rf"\b(?:(?:son|sa) (?:service|shift|cours|travail|boulot|taf|garde|entrainement|journee|"
    rf"seance)|ses cours|le (?:boulot|travail|taf|service)|(?:du|au|de son|de l'|de la|la|a la|"
    rf"a l'|le|son|sa|chez|a) ?(?:{_PLACE_FR}|boulot|travail|taf|lycee|college|ecole|fac|maison|"
    rf"metro|tram|bus|train|gym|sport|entrainement|chien|courses|danse|sport|gare|arret|elle|lui|"
    rf"domicile|appart\w*|parking))\b"
)
_ITS_SHIFT_FR: Final = re.compile(
    rf"\b(?:son|sa|ses) (?:service|shift|cours|travail|boulot|taf|garde|entrainement|journee|"
    rf"train|bus)(?: du \w+)? (?:finit|termine|commence|se termine|debute|s'arrete|est|"
    rf"part)\w* (?:\w+ ){{0,2}}?(?:a|vers) {_TIME_FR}"
)
_DAYS_FR: Final = re.compile(
    r"\b(?:tous les|chaque|le) (?:jours?|matins?|soirs?|midis?|lundis?|mardis?|mercredis?|"
    r"jeudis?|vendredis?|samedis?|dimanches?|week-?ends?)\b[^.!?\n]{0,30}\b(?:elle|"
    r"il)\b[^.!?\n]{0,60}"
)

_NOBODY_EN: Final = (
    r"(?!(?:i|you|we|it|this|that|who|what|which|there|here|one|nobody|anybody|everything|nothing|"
    r"god|everyone|someone|and|or|but|so|not"
    r"|the|an?|my|your|our|its|only|still|also|just|now|never|dont|doesnt|code|app|version|script|"
    r"driver|ubuntu|linux|windows)\b)"
)
_FAMILY_EN: Final = (
    r"(?:mom|mum|mother|dad|father|sister|brother|son|daughter|kids?|children|parents|grandma|"
    r"grandmother|grandpa|grandfather|aunt|uncle"
    r"|cousin|husband|wife|boyfriend|girlfriend|gf|bf|fiancee?|partner|ex|baby|stepdad|stepmom|"
    r"nan|roommate|family|folks)"
)
_SOMEBODY_EN: Final = (
    rf"(?:she|he|they|shes|hes|this (?:girl|guy|woman|man|bitch|chick|dude|streamer)|(?:her|his|"
    rf"their) (?:little |big |older |younger )?{_FAMILY_EN})"
)
_NAMED_EN: Final = (
    r"(?:^ ?|[^a-z0-9' ] ?|\b(?:that|and|because|so|know|knows|btw|lol|lmao|since|as|then|says|"
    r"said|heard|fyi|cause|cuz|apparently|fact|info|guys|chat|found|out|where|btw,) )"
    rf"{_NOBODY_EN}[a-z][a-z-]{{2,20}}(?: [a-z][a-z-]{{2,20}})?"
)
_WHO_EN: Final = rf"(?:(?:\b{_SOMEBODY_EN}|{_NAMED_EN})(?:'s)? )"
_OFTEN_EN: Final = (
    r"(?:(?:actually|currently|still|now|really|usually|always|literally|also|both|only|"
    r"apparently|alone) )*"
)
_VAGUE_EN: Final = (
    r"(?!(?:the )?(?:fear|peace|hell|least|last|all|first|most|best|once|it\b|them\b|that\b|"
    r"this\b|a (?:bubble|lie|dream|world|cave)|my|your|me\b|you\b|home\b|night|moment"
    r"|end|past|present|future|time|own|your|theory|practice|general|full|any|every|some|"
    r"\d+ ?(?:fps|hz|%|percent)|his (?:own )?(?:world|head)|her (?:own )?(?:world|head)|far|here|"
    r"there))"
)
_NEAR_EN: Final = (
    r"(?:at|on|in|to|near|by|off|behind|above|across from|next to|around the corner from|"
    r"with (?:her|his|their) \w+ (?:in|at|on|near))"
)
_SOMEWHERE_EN: Final = (
    rf"(?:the |a )?{_VAGUE_EN}(?P<place>[a-z0-9][\w'&-]{{1,30}}(?: [\w'-]{{1,25}}){{0,6}})"
)
_LIVES_EN: Final = re.compile(
    rf"(?:\b{_SOMEBODY_EN}(?:'s)? {_OFTEN_EN}(?:lives?|is living|are living|living|resides?|"
    rf"stays?|is staying|staying|(?:just |has )?moved|rents|sleeps|crashes)"
    rf"|{_NAMED_EN} {_OFTEN_EN}(?:lives|is living|resides|is staying|just moved)) "
    rf"{_OFTEN_EN}(?:alone |together |(?:a )?\w+ (?:minutes?|mins?|blocks?|"
    rf"doors?) )?{_NEAR_EN} {_SOMEWHERE_EN}"
)
_JOB_EN: Final = (
    r"(?:nights |evenings |mornings |weekends |part[- ]time |full[- ]time |as an? \w+ |shifts |"
    r"the \w+ shift )?"
)
_WORKS_EN: Final = re.compile(
    rf"(?:\b{_SOMEBODY_EN}(?:'s)? {_OFTEN_EN}(?:works?|is working|are working|working|is employed|"
    rf"has a job|got a job|interns?|(?:is )?an? (?:\w+ )?(?:nurse|teacher|waitress|waiter|cashier|"
    rf"barista|intern|receptionist|manager|clerk|bartender|hairdresser)|teaches|volunteers|"
    rf"bartends|waits tables) "
    rf"{_JOB_EN}(?:at|for|behind the counter (?:at|of)|in)"
    rf"|{_NAMED_EN} {_OFTEN_EN}(?:works|is working|is employed|has a job|got a job|interns|"
    rf"teaches|volunteers|bartends|is an? (?:\w+ )?(?:nurse|teacher|waitress|waiter|cashier|"
    rf"barista|receptionist|clerk|bartender)) {_JOB_EN}at) {_SOMEWHERE_EN}"
)
_STUDIES_EN: Final = re.compile(
    rf"{_WHO_EN}{_OFTEN_EN}(?:studies|is studying|study|goes|go|attends?|is enrolled|are enrolled|"
    rf"(?:is |'s )?an? (?:\w+ )?(?:student|freshman|sophomore|junior|senior|pupil)|majors? in \w+|"
    rf"is in (?:\w+ )?(?:grade|year)) ?"
    rf"(?:\w+ )?(?:to|at|in|of)? ?(?:the )?(?P<place>(?:[\w'.-]+ ){{0,4}}?(?:school|college|"
    rf"university|uni|high|academy|elementary|kindergarten|nursery|daycare|preschool|campus|"
    rf"institute|polytechnic|community college|middle school|state|tech|primary|"
    rf"grammar)\b(?: (?:of|in|on|at) [\w'-]+)?)"
)
_AT_UNI_EN: Final = re.compile(
    rf"{_WHO_EN}(?:is |are )?(?:stud(?:ies|ying|y)|majors|enrolled)(?: \w+)? (?:at|"
    rf"in the) {_VAGUE_EN}[a-z][\w'-]{{2,}}"
)
_HIS_FAMILY_EN: Final = re.compile(
    rf"\b(?:(?:her|his|their)|[a-z]{{2,20}}'s) (?:little |big |older |younger |baby |step|"
    rf"ex[- ])?{_FAMILY_EN},? (?:\w+ )?"
    r"(?:(?:lives?|works?|goes|go|teaches|runs|owns|studies|stays?|attends?|is a \w+|are|"
    r"is) (?:alone |also |currently |just )?(?:\w+ (?:doors?|blocks?|streets?|minutes?) (?:down|"
    r"away|over)? ?)?(?:at|in|on|to|for|near|the|a|with)\b(?! (?:lot|least|last|all))"
    r"|(?:is|are) (?:named|called)|(?:'s|s)? names? (?:is|are)|(?:attends?|teaches) \w+|owns the|"
    r"runs the|is (?:[a-z]{3,} [a-z]{3,})$)"
)
_HER_NAMES_EN: Final = re.compile(
    rf"\b(?:her|his|their) (?:little |big |older |younger )?{_FAMILY_EN}'?s? (?:full |real |"
    rf"first )?(?:name|number|address|facebook|insta\w*|phone|workplace|house|school)s?\b"
)
_TIME_EN: Final = r"(?:\d{1,2}(?::\d{2})? ?(?:am|pm|a\.m\.?|p\.m\.?|o'?clock)?|noon|midnight)"
_LEAVES_EN: Final = re.compile(
    rf"{_WHO_EN}{_OFTEN_EN}(?:gets? (?:off|out|home|back)|leaves?|finishes|gets? done|ends|"
    rf"starts?|clocks? (?:out|in)|comes? (?:home|back|out)|walks?|takes?|picks? up|is|are|"
    rf"arrives?|heads?|goes|catches|closes|opens)\b"
    rf"(?P<what>[^.!?\n]{{0,60}}?)(?:at|around|by|after|until|before|from|"
    rf"between) {_TIME_EN}(?P<rest>[^.!?\n]{{0,50}})"
)
_LEFT_EN: Final = re.compile(
    r"\b(?:off work|from work|of work|for work|her work|his work|work at|shift|class(?:es)?|"
    r"school|gym|home|house|office|store|job|practice|campus|dorm|apartment|flat|train|bus|subway|"
    r"dog|kids?"
    r"|daycare|restaurant|bar|cafe|hospital|library|church|rehearsal|lesson|training|back alone|"
    r"alone)\b"
)
_ITS_SHIFT_EN: Final = re.compile(
    rf"\b(?:her|his|their|[a-z]{{2,20}}'s) (?:\w+ )?(?:shift|class|classes|work|job|practice|"
    rf"training|lesson|day|bus|train|rehearsal|lecture)(?: \w+){{0,3}}? (?:ends?|starts?|finishes|"
    rf"is over|is done|begins|leaves|gets out|lets out|is|are)(?: \w+)?(?: at| around| from|"
    rf" until)? {_TIME_EN}"
)
_DAYS_EN: Final = re.compile(
    r"\b(?:every|each|on) (?:day|morning|evening|night|weekday|weekend|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday)s?\b[^.!?\n]{0,20}\b(?:she|he)\b[^.!?\n]{0,60}"
)
_DAY_EN: Final = (
    r"(?:day|morning|evening|night|weekday|weekend|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday)s?"
)
_DAYS_LATE_EN: Final = re.compile(
    rf"\b(?:she|he|shes|hes)\b (?!(?:is|was|said|says|does|did|asks|"
    rf"has)\b)[^.!?\n]{{4,60}}\b(?:every|each) {_DAY_EN}\b[^.!?\n]{{0,40}}"
)
_DAYS_LATE_FR: Final = re.compile(
    r"\b(?:elle|il) [^.!?\n]{4,60}\b(?:tous les|chaque) (?:matins?|soirs?|midis?|lundis?|mardis?|"
    r"mercredis?|jeudis?|vendredis?|samedis?|dimanches?|week-?ends?)\b[^.!?\n]{0,50}"
)
_RIDE_FR: Final = re.compile(
    rf"\b{_WHO_FR}{_OFTEN_FR}(?:prend|attrape|chope) (?:toujours )?(?:le|son|un) (?:train|bus|"
    rf"tram|metro|rer|ter|car)\b[^.!?\n]{{0,15}}(?:de|a|vers) {_TIME_FR}"
)
_RIDE_EN: Final = re.compile(
    rf"(?:\b{_SOMEBODY_EN}|{_NAMED_EN}) {_OFTEN_EN}(?:takes|catches|rides) (?:the|her|"
    rf"his) (?:{_TIME_EN} )?(?:train|bus|tube|tram|ferry|subway)\b[^.!?\n]{{0,15}}(?:{_TIME_EN}|"
    rf"from [a-z]+)"
)
_STREAMING: Final = re.compile(
    r"\b(?:streams?|stream\w*|live|lives|lance|joue|plays?|raid|match|partie|game|episode|video|"
    r"show|concert|film|movie|emission|online|en ligne|sub|patch|event|kick|goal|serie|saison)\b"
)
_HOME_EN: Final = (
    r"(?:her|his|their|your|ur|[a-z]{2,20}'s)(?: \w+)? ?(?:house|home|place|door|doorstep|"
    r"front door|apartment|flat|street|address|driveway|window|porch|work|office|school|dorm|job|"
    r"building|crib|hotel|hotel room|room)"
)
_HOME_FR: Final = (
    r"(?:chez (?:elle|lui|eux|toi|vous|cette \w+|ce \w+|sa mere|ses parents|ta mere|tes parents|"
    r"[a-z]{3,20})|(?:sa|ta|leur|votre) (?:maison|porte|fenetre|rue|baraque|residence|fac)"
    r"|(?:son|ton|leur|votre) (?:appart\w*|domicile|immeuble|boulot|travail|lycee|taf|bureau|"
    r"ecole|college|hotel|portail|palier|paillasson)|l'adresse de \w+|(?:a|sur) son adresse)"
)
_COMING_FR: Final = re.compile(
    r"\b(?:on (?:sera|est|va|vient|debarque|arrive|passe|ira|viendra|debarquera|passera|attend|"
    r"t'attend|l'attend|se retrouve|se rejoint|se donne rdv|se pointe)|(?:je|j')(?:\s|)(?:serai|"
    r"suis|vais|viens|debarque|arrive|passe|irai|viendrai|passerai|attends|t'attends|l'attends|"
    r"me pointe)|rdv|rendez-vous|tous|nous (?:serons|irons|allons|viendrons)|on y va|allons|venez|"
    r"retrouvez|qui (?:vient|veut|est chaud)|chauds?|motives?|aller|viens|ils? (?:seront|vont|"
    r"arrivent|debarquent)|y'?a du monde|des gens)\b"
    rf"[^.!?\n]{{0,40}}?(?:devant |en bas de |a |au pied de |sonner |toquer |frapper |attendre |"
    rf"ce soir |demain |cette nuit |directement |la |tous )*{_HOME_FR}(?P<rest>[^.!?\n]{{0,60}})"
)
_SURE_FR: Final = re.compile(
    rf"(?:devant chez|en bas de chez|devant (?:sa|ta|son|ton)|en bas de (?:son|ton)|a (?:sa|"
    rf"ta) porte|debarqu\w+|sonner|toquer|frapper|t'attend|l'attend|attends?|{_TIME_FR}|ce soir|"
    rf"cette nuit|demain|samedi|dimanche|jeudi|vendredi|mercredi|lundi|mardi|mercredi|jeudi|"
    rf"vendredi|tout a l'heure|dans \d+ ?(?:min|h|heures?)|prepare|\bsurprise)"
)
_INNOCENT_FR: Final = re.compile(
    r"\b(?:livr\w*|anniv\w*|bises?|bisous?|diner|dejeuner|aperos?|barbecue|manger|dormir|cafe|"
    r"dispo|courses|maman|grand-mere|aide\w*|demenag\w*|soiree|fete|vacances|noel|gateau)\b"
)
_SWAT_FR: Final = re.compile(
    r"\b(?:(?:envo(?:ie|yer|yons|ye|yez)|appel(?:le|er|lons|lez|ez|e)?|balanc\w*|command\w*|"
    r"livrer|faire venir|fais venir|j'ai appele|on a appele)\b[^.!?\n]{0,25}\b(?:police|flics?|"
    r"keufs?|raid|gign|gendarm\w*|condes|bac|swat|pompiers|samu|forces de l'ordre|pizzas?|sushis?|"
    r"ambulance|colis)\b[^.!?\n]{0,60}?"
    rf"{_HOME_FR}|swatt?(?:er|e|ing|ons|ez)\b(?: \w+){{0,3}}|(?:police|flics?|keufs?|raid|gign|"
    rf"gendarm\w*|condes)\b[^.!?\n]{{0,25}}(?:vont |va )?(?:debarqu\w+|arriv\w+|defonc\w+|"
    rf"forc\w+) (?:\w+ )?{_HOME_FR}|(?:fausse|faux) (?:alerte|appel)[^.!?\n]{{0,40}}{_HOME_FR})"
)
_COMING_EN: Final = re.compile(
    r"\b(?:(?:i'?m|im|we'?re|we are|i am|we'?ll be|i'?ll be|we will be|i will be|i'?ll|we'?ll|"
    r"they'?re|they'?ll be|let'?s|gonna|going to|about to|who'?s|everyone|meet|meeting|show up|"
    r"turn up|go|somebody|someone|people|a few of us|guys|boys|crew|me and \w+)\b)"
    rf"[^.!?\n]{{0,40}}?(?:at|outside|in front of|to|show(?:ing)? up|on|near|visit(?:ing)?|pay\w*|"
    rf"knock(?:ing)?|round|by|up|towards|"
    rf"waiting)[^.!?\n]{{0,20}}? {_HOME_EN}\b(?P<rest>[^.!?\n]{{0,60}})"
)
_SURE_EN: Final = re.compile(
    rf"(?:outside|in front of|show(?:ing|ed|s)? up|pull(?:ing)? up|knock|ring(?:ing)? (?:her|his|"
    rf"your|the)|waiting|pay\w* (?:her|him|them|you) a|\bvisit\b|doorstep|door\b|driveway|"
    rf"surprise|be there|{_TIME_EN.replace('?)?', '?)', 1)} ?tonight|tonight|tomorrow|at \d|by \d|"
    rf"this (?:evening|weekend|friday|saturday|sunday)|in \d+ (?:min|hour)|bring)"
)
_INNOCENT_EN: Final = re.compile(
    r"\b(?:dinner|party|bbq|barbecue|lunch|birthday|sleepover|christmas|thanksgiving|movie|cake|"
    r"pick(?:ing)? (?:her|him|you|them) up|help\w* (?:her|him|them|you)|grandma|deliver\w*|"
    r"drop(?:ping)? off|stay(?:ing)? over|wedding|homework|visit my)\b"
)
_SWAT_EN: Final = re.compile(
    r"\b(?:(?:send(?:ing)?|sent|call(?:ing|ed)?|dispatch\w*|get(?:ting)?|order(?:ed|ing)?|"
    r"deliver\w*)\b[^.!?\n]{0,25}\b(?:police|cops?|swat|fbi|911|999|armed (?:police|response)|"
    r"feds|fire (?:dep\w+|brigade|trucks?)|ambulance|pizzas?|sheriff|cps|"
    r"packages?)\b[^.!?\n]{0,60}?(?:to|at|on|over to|round to|for)[^.!?\n]{0,15}? "
    rf"(?:{_HOME_EN}|(?:her|him|them)\b(?! (?:for|to) help)|(?:her|his|their) ass)|"
    rf"(?:get(?:ting)?|gonna|going to|let'?s|will|about to|should|someone|somebody|we'?ll|i'?ll|"
    rf"to|be|been|gets?) swatt?(?:ed|ing|s)?\b[^.!?\n]{{0,25}}|swatting (?:her|him|them|you|this|"
    rf"that)|swat (?:her|him|them|this|the|that) \w*"
    rf"|(?:police|cops|swat team|swat|fbi)\b[^.!?\n]{{0,25}}(?:kick\w*|break\w*|storm\w*|raid\w*|"
    rf"show\w* up|bust\w*|at|outside)[^.!?\n]{{0,15}} {_HOME_EN}|fake (?:911|bomb|"
    rf"hostage)[^.!?\n]{{0,30}}(?:{_HOME_EN}|her|him)|hostage (?:call|situation) at {_HOME_EN})"
)


_ITS_PLACE_FR: Final = re.compile(
    r"\b(?:son|sa|leur) (?:college|lycee|ecole|fac|boulot|taf|salle(?: de sport)?|club|bureau|"
    r"entreprise|quartier|immeuble|village|hotel|boite|residence)"
    r" (?:c'est|est|s'appelle|se trouve|:)(?: (?:a|au|le|la|l'|dans|rue|pres)\b)? ?(?!(?:pas|"
    r"nul\w*|trop|tres|super|genial|une?|de|fini|la|bien|mieux|important\w*|vraiment|que|"
    r"ferme\w*)\b)[a-z0-9'][a-z0-9'-]{2,}"
)
_ITS_PLACE_EN: Final = re.compile(
    r"\b(?:(?:her|his|their)(?: \w+(?:'s|s'))?|[a-z]{3,20}'s) (?:gym|school|college|uni|"
    r"university|church|hotel|dorm|workplace|daycare|office|neighbou?rhood|high school|studio|"
    r"apartment building)"
    r" (?:is|:)(?: (?:at|on|in|near|called|the))* (?!(?:not|so|very|really|a|an|too|great|good|"
    r"bad|cool|nice|fun|closed|open|over|down|better|shit|trash|full|empty|huge|small|always|also|"
    r"still|like|where|that|going|gonna|being|about)\b)[a-z0-9][\w'.-]{2,}"
)
_ROOM: Final = re.compile(
    r"\b(?:room|chambre|suite|chbre) (?:n ?° ?)?\d{2,4}\b.{0,30}\b(?:hotel|ibis|hilton|marriott|"
    r"novotel|mercure|inn|motel|hyatt|sheraton|kyriad|airbnb)\b"
    r"|\b(?:hotel|ibis|hilton|marriott|novotel|mercure|inn|motel|hyatt|sheraton|kyriad|"
    r"airbnb)\b.{0,30}\b(?:room|chambre|suite) (?:n ?° ?)?\d{2,4}\b"
)


def statements(folded: str, look: int) -> Iterator[Found]:
    """Where somebody lives, works, studies, and the family; one for each pattern at most."""
    for bit, pattern, kind in _PLACED:
        if not look & bit:
            continue
        for match in pattern.finditer(folded):
            if _names_a_place(match, kind):
                yield Found(kind, match.start(), match.end(), 0.6)
                break


_PLACED: Final = (
    (int(Look.LIVES_FR), _LIVES_FR, "lives"),
    (int(Look.LIVES_FR), _VIT_FR, "lives"),
    (int(Look.WORKS_FR), _WORKS_FR, "works"),
    (int(Look.STUDIES_FR), _STUDIES_FR, "studies"),
    (int(Look.STUDIES_FR), _ENROLLED_FR, "studies"),
    (int(Look.ITS_PLACE), _ITS_PLACE_FR, "works"),
    (int(Look.ITS_PLACE), _ITS_PLACE_EN, "works"),
    (int(Look.ROOM), _ROOM, "lives"),
    (int(Look.FAMILY_FR), _HIS_FAMILY_FR, "family"),
    (int(Look.LIVES_EN), _LIVES_EN, "lives"),
    (int(Look.WORKS_EN), _WORKS_EN, "works"),
    (int(Look.STUDIES_EN), _STUDIES_EN, "studies"),
    (int(Look.STUDIES_EN), _AT_UNI_EN, "studies"),
    (int(Look.FAMILY_EN), _HIS_FAMILY_EN, "family"),
    (int(Look.FAMILY_EN), _HER_NAMES_EN, "family"),
)
STATEMENTS: Final = sum({bit for bit, _, _ in _PLACED})


def _names_a_place(match: re.Match[str], kind: str) -> bool:
    place = match.groupdict().get("place")
    return kind == "family" or place is None or len(place.strip()) >= 3


def schedules(folded: str) -> Iterator[Found]:
    """When somebody leaves or reaches a place."""
    for pattern in (_ITS_SHIFT_FR, _ITS_SHIFT_EN):
        for match in pattern.finditer(folded):
            if not _STREAMING.search(match.group()):
                yield Found("schedule", match.start(), match.end(), 0.6)
    for pattern, places in ((_LEAVES_FR, _LEFT_FR), (_LEAVES_EN, _LEFT_EN)):
        for match in pattern.finditer(folded):
            text = match.group()
            if places.search(text) and not _STREAMING.search(text):
                yield Found("schedule", match.start(), match.end(), 0.6)
    for pattern in (_RIDE_FR, _RIDE_EN):
        for match in pattern.finditer(folded):
            yield Found("schedule", match.start(), match.end(), 0.6)
    for pattern, places in (
        (_DAYS_FR, _LEFT_FR),
        (_DAYS_EN, _LEFT_EN),
        (_DAYS_LATE_EN, _LEFT_EN),
        (_DAYS_LATE_FR, _LEFT_FR),
    ):
        for match in pattern.finditer(folded):
            text = match.group()
            if places.search(text) and not _STREAMING.search(text):
                yield Found("schedule", match.start(), match.end(), 0.6)


_A_HOME: Final = re.compile(
    r"\b(?:her|his|their|your|ur|him|them|you|chez|sa|ta|son|ton|leur|votre|l'adresse|swat\w*)\b|"
    r"[a-z]'s "
)


def visits(folded: str) -> Iterator[Found]:
    """People say that they come to somebody's home, or send others there."""
    if not _A_HOME.search(folded):
        return
    for pattern in (_SWAT_FR, _SWAT_EN):
        for match in pattern.finditer(folded):
            yield Found("swatting", match.start(), match.end(), 0.75)
    for pattern, sure, innocent in (
        (_COMING_FR, _SURE_FR, _INNOCENT_FR),
        (_COMING_EN, _SURE_EN, _INNOCENT_EN),
    ):
        for match in pattern.finditer(folded):
            text = match.group()
            if sure.search(text) and not innocent.search(folded):
                yield Found("visit", match.start(), match.end(), 0.65)
