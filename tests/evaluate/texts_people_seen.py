"""What people write when each finds own words; the ordinary seeds. Wide enough that two texts share
a fingerprint about as seldom as real abusive messages about one subject do (see test_texts.py).

`spite` carries an insult that the shipped lists know when it is aimed; `scorn` is hostile without.
"""


def cut(text: str) -> tuple[str, ...]:
    """Alternatives divided by bars; an empty one is drawn like any other."""
    return tuple(part.strip() for part in text.split("|"))


EN = {
    "did.en": cut(
        "lied about | stole | faked | ruined | mocked | sold | hid | forgot | broke | laughed "
        "at | bragged about | cheated in | walked out of | begged for | dodged | cancelled | "
        "bought | twisted | skipped | copied | trashed | leaked | spat on | wasted"
    ),
    "thing.en": cut(
        "the marathon | our server | that charity | the giveaway | your friends | the finals | "
        "my cousin's art | the interview | every refund | her birthday | the vote | those "
        "clips | the sponsor | your exam | the tour | a funeral | fan letters | that dog story "
        "| the podcast | an apology | donations | our map | the contest | your own mods | the "
        "rent | the trophy | sunday's show | beta keys | old friends | the script | two jobs | "
        "my respect"
    ),
    "when.en": cut(
        "last week | in april | twice | on camera | for a bet | again | at the con | behind "
        "our backs | since day one | for clicks | in front of kids | before lunch | for years "
        "| without shame | after midnight | for money | and ran | | | | | "
    ),
    "react.en": cut(
        "makes me sick | i want my sub back | my mum saw it | go outside | nobody laughs | log "
        "off | your dad must be proud | clap clap | screenshots exist | wake up | touch grass "
        "| get a job | hope it was worth it | we saw everything | cry about it | no comment "
        "huh | still waiting | explain that | bye forever | and you smile | what a week | ban "
        "me then | unfollowed | karma is coming | never again | zero talent | my cat streams "
        "better | ratio | end it here | who raised you | boring and cruel | delete it all"
    ),
    "open.en": cut(
        "honestly | wow | look | ok | lol | imagine | sorry but | dear god | funny how | so | "
        "ngl | hey <name> | and | yeah right | apparently | people | my guess: | for real | | "
        "| | | | "
    ),
    "aim.en": cut(
        "you are | you're | ur | u r | you are such a | you're just a | you were really | you "
        "look so | you | she is a | you are the | you're all | she's really | you're literally "
        "| you are too | you | you | ur just"
    ),
    "bad.en": cut(
        "clown | idiot | loser | moron | imbecile | freak | weirdo | creep | pathetic | stupid "
        "| dumb | trash | garbage | parasite | disgusting | worthless | scumbag | jackass | "
        "cringe | lowlife | dirtbag | brainless"
    ),
    "spite.en": (
        "<open.en> <aim.en> <bad.en>",
        "<aim.en> <bad.en>, <react.en>",
        "<open.en> you <did.en> <thing.en> <when.en>, <aim.en> <bad.en>",
        "<react.en>. <aim.en> <bad.en>",
        "<aim.en> <bad.en> who <did.en> <thing.en>",
        "<did.en> <thing.en> <when.en>? <aim.en> <bad.en>",
        "<open.en> <react.en>, <aim.en> <bad.en>",
        "<aim.en> <bad.en> and <aim.en> <bad.en>",
        "<name> <did.en> <thing.en>. <aim.en> <bad.en> <react.en>",
    ),
    "scorn.en": (
        "<open.en> you <did.en> <thing.en> <when.en>",
        "<did.en> <thing.en> <when.en> and now this? <react.en>",
        "<react.en>, <react.en>",
        "first you <did.en> <thing.en>, then <did.en> <thing.en>",
        "<open.en> who <did.en> <thing.en> <when.en>",
        "<thing.en> was enough, <react.en>",
        "<open.en> <react.en> <when.en>",
    ),
    "human.en": ("<spite.en>", "<spite.en>", "<spite.en>", "<scorn.en>", "<scorn.en>"),
}

FR = {
    "did.fr": cut(
        "menti sur | volé | truqué | gâché | vendu | caché | oublié | cassé | rigolé pendant | "
        "triché à | quitté | mendié | annulé | acheté | copié | balancé | sali | snobé | "
        "plombé"
    ),
    "thing.fr": cut(
        "le marathon | notre serveur | la cagnotte | tes amis | la finale | l'interview | son "
        "anniversaire | le vote | les sponsors | ton examen | la tournée | un enterrement | le "
        "podcast | tes excuses | les dons | notre carte | le concours | tes modos | le loyer | "
        "la coupe | l'émission | les clés bêta | le scénario | ma confiance | deux boulots"
    ),
    "when.fr": cut(
        "hier | en avril | deux fois | en direct | pour un pari | encore | dans notre dos | "
        "depuis le début | pour des vues | devant des gosses | pendant des mois | sans honte | "
        "après minuit | pour du fric | | | | "
    ),
    "react.fr": cut(
        "ça me dégoûte | rends l'argent | ma mère a vu ça | va prendre l'air | personne ne rit "
        "| déconnecte | bravo l'artiste | on a les captures | réveille-toi | trouve un travail "
        "| on a tout vu | pleure donc | toujours rien à dire | explique | adieu | et tu souris "
        "| désabonné | jamais plus | aucun talent | mon chat fait mieux | qui t'a élevée | "
        "efface tout | quel niveau | merci pour le vide"
    ),
    "open.fr": cut(
        "franchement | non mais | regarde | bon | mdr | imagine | désolé mais | sérieux | "
        "alors | dis <name> | et | ah oui | il paraît que | les gens | ma théorie : | vraiment "
        "| | | | | "
    ),
    "aim.fr": cut(
        "t'es | tu es | t'es vraiment | tu es trop | t'es juste | t'es qu'une | tu es si | t "
        "es | vous êtes | tu es bien | t'es tellement | espèce d'"
    ),
    "bad.fr": cut(
        "nulle | minable | débile | guignol | bouffonne | abrutie | stupide | ridicule | "
        "pathétique | idiote | imbécile | incapable | tocard | ratée | clown | crétine | "
        "parasite | cruche"
    ),
    "spite.fr": (
        "<open.fr> <aim.fr> <bad.fr>",
        "<aim.fr> <bad.fr>, <react.fr>",
        "<open.fr> tu as <did.fr> <thing.fr> <when.fr>, <aim.fr> <bad.fr>",
        "<react.fr>. <aim.fr> <bad.fr>",
        "<did.fr> <thing.fr> <when.fr> ? <aim.fr> <bad.fr>",
        "<open.fr> <react.fr>, <aim.fr> <bad.fr>",
        "<name> a <did.fr> <thing.fr>, <aim.fr> <bad.fr>",
    ),
    "scorn.fr": (
        "<open.fr> tu as <did.fr> <thing.fr> <when.fr>",
        "<react.fr>, <react.fr>",
        "d'abord <did.fr> <thing.fr>, puis <did.fr> <thing.fr>",
        "<open.fr> qui a <did.fr> <thing.fr> <when.fr>",
        "<open.fr> <react.fr> <when.fr>",
    ),
    "human.fr": ("<spite.fr>", "<spite.fr>", "<spite.fr>", "<scorn.fr>", "<scorn.fr>"),
}

RAGE = {
    "what": cut(
        "this boss | the hitbox | those servers | the patch | that lag | the camera | the last "
        "jump | level nine | the drop rate | matchmaking | the tutorial | this controller | "
        "the save system | that checkpoint | the dragon | phase two | the loot | his shield | "
        "the timer | the ladder | fire damage | the healer | this map | the netcode"
    ),
    "verdict": cut(
        "is trash | is a joke | again?? | makes no sense | is broken | needs a nerf | can burn "
        "| was made by morons | was never tested | is idiotic | hates us | is rigged | stinks "
        "| deserves a refund | ruined my evening | is stupid beyond words | is pure garbage | "
        "what were they smoking | is unfair | every single time | one shot from full | no no "
        "no"
    ),
    "burst": cut(
        "WTF | argh | come on | damn | fuck | seriously | bullshit | no way | unreal | omg | I "
        "quit | refund | uninstalling | holy shit | are you kidding | for real | | | | "
    ),
    "rage": (
        "<burst> <what> <verdict>",
        "<what> <verdict> <burst>",
        "<burst> <burst> <what>",
        "<what> <verdict>, <burst>",
        "<burst> <what> <verdict> <burst>",
        "<what> <verdict>",
        "<what> and <what> <verdict>",
        "asshole devs, <what> <verdict>",
        "you stupid boss, <burst>",
        "fuck you <what>",
        "die already you dumb boss <burst>",
        "<what> and <what>, <burst>",
        "assholes who made <what>",
        "go to hell <what>",
        "shit game, <what> <verdict>",
        "<burst> you piece of garbage, <what> <verdict>",
    ),
}

CHAT = {
    "do": cut(
        "change my picture | mute this | join a team | find the rules | see the map | vote | "
        "get a badge | turn captions on | switch colours | send a heart | leave a group | "
        "print the list"
    ),
    "of": cut(
        "the song | your hat | this level | the schedule | my lamp | the intro | that window | "
        "the new patch | the weather | your keyboard | the recipe | the second act | that bird"
    ),
    "say": cut(
        "I like | tell me about | who made | what is | not sure about | here for | love | can "
        "we see | show us | what happened to | how old is | I missed"
    ),
    "chat": ("<say> <of>", "how do I <do>", "<say> <of> and <of>", "is there a way to <do>?"),
}

PEOPLE = {**EN, **FR, **RAGE, **CHAT}
