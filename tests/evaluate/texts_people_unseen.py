"""What people write when each finds own words; held out for the unseen seeds. Same symbols as
`texts_people_seen`, other words, other sentence shapes.
"""

from tests.evaluate.texts_people_seen import cut

EN = {
    "did.en": cut(
        "pawned | rigged | insulted | drowned | burned | milked | flunked | dumped | abused | "
        "invented | deleted | pranked | robbed | doctored | framed | abandoned | wrecked | "
        "recycled | swapped | photoshopped | outsourced | blamed"
    ),
    "thing.en": cut(
        "the orphanage tour | grandma's recipe | the union | his visa | a school trip | the "
        "choir | your landlord | seven interns | the fire alarm | that goat | the museum | "
        "ticket money | the crew | your twin | the finale | a whole village | our petition | "
        "the lottery | the wedding | half the cast | every rehearsal | the treaty | her patent "
        "| the puzzle hunt | a rescue boat | the award | bus drivers | the census"
    ),
    "when.en": cut(
        "on tuesday | over pizza | three times | at dawn | by mail | for a laugh | in public | "
        "during class | last spring | with a grin | on purpose | under oath | for likes | "
        "while drunk | then denied it | | | | | "
    ),
    "react.en": cut(
        "shame bell | your fans are asleep | return the award | court is next | nice wig | the "
        "mask slipped | even bots left | count your days online | read the room | grow up | "
        "apologise properly | sponsors are gone | you peaked in school | i feel dirty watching "
        "| turn it off | nothing new | told my class about you | worst take yet | close the "
        "door | we keep receipts | the silence says it | mirror mirror | sit down | spare us | "
        "not even sorry | take a bow | hard pass | yikes forever"
    ),
    "open.en": cut(
        "question: | fact: | guys | please | no one: | btw | plot twist | reminder, | hmm | "
        "listen <name> | well well | question for <name>: | breaking news | today i learned | "
        "hi | excuse me | chat | | | | | "
    ),
    "aim.en": cut(
        "you are just a | you're so | she is such a | u are | you were a | you look | you are "
        "really | ur such a | you're the | you | you are all | she was a | you're too | you "
        "are very | you're a | u"
    ),
    "bad.en": cut(
        "cretin | weirdo | vermin | psycho | swine | pig | dipshit | douchebag | braindead | "
        "ugly | idiotic | filth | lunatic | scum | incel | imbecile | moron | pathetic | low "
        "life | rat"
    ),
    "spite.en": (
        "<open.en> <did.en> <thing.en> because <aim.en> <bad.en>",
        "<aim.en> <bad.en>! <react.en>",
        "<aim.en> <bad.en>",
        "whoever <did.en> <thing.en> <when.en>: <aim.en> <bad.en>",
        "<react.en> since <aim.en> <bad.en>",
        "<open.en> <aim.en> <bad.en>. <react.en>. <react.en>",
        "<thing.en>?? <aim.en> <bad.en>",
        "<open.en> <aim.en> <bad.en> <when.en>",
    ),
    "scorn.en": (
        "<open.en> <thing.en>. <react.en>",
        "<name> <did.en> <thing.en> <when.en>",
        "<react.en> <react.en>",
        "not only <did.en> <thing.en> but <did.en> <thing.en>",
        "<when.en> it was <thing.en>, <react.en>",
    ),
    "human.en": ("<spite.en>", "<spite.en>", "<spite.en>", "<scorn.en>", "<scorn.en>"),
}

FR = {
    "did.fr": cut(
        "pillé | arnaqué | insulté | brûlé | raté | largué | inventé | supprimé | piégé | "
        "bidonné | abandonné | recyclé | échangé | retouché | accusé | saccagé | escroqué"
    ),
    "thing.fr": cut(
        "la tournée des écoles | la recette de mamie | le syndicat | son visa | la chorale | "
        "ton proprio | sept stagiaires | le musée | la billetterie | l'équipe | ta jumelle | "
        "tout un village | la pétition | le loto | le mariage | les répétitions | son brevet | "
        "le prix | les chauffeurs | le recensement | la chèvre"
    ),
    "when.fr": cut(
        "mardi | autour d'une pizza | trois fois | à l'aube | par courrier | pour rire | en "
        "public | en cours | au printemps | exprès | sous serment | pour des likes | | | | "
    ),
    "react.fr": cut(
        "la honte | tes fans dorment | rends le prix | suite au tribunal | jolie perruque | le "
        "masque tombe | même les robots partent | grandis | excuse-toi mieux | éteins ça | "
        "rien de neuf | pire idée du mois | ferme la porte | on garde tout | le silence parle "
        "| assieds-toi | épargne-nous | même pas désolée | salue le public | très peu pour moi"
    ),
    "open.fr": cut(
        "question : | info : | les gens | pitié | au fait | rappel, | hmm | écoute <name> | "
        "tiens tiens | bonjour | pardon | le chat | | | | "
    ),
    "aim.fr": cut(
        "tu es une | t'es si | t'es une vraie | tu es juste | vous êtes tous | t'es trop | tu "
        "es | t'es bien | tu es vraiment | t'es | sale"
    ),
    "bad.fr": cut(
        "vermine | ordure | cochonne | gourde | moche | folle | enflure | tarée | andouille | "
        "porc | ratée | bonne à rien | pourriture | conne | cafard | dégueulasse | mauviette"
    ),
    "spite.fr": (
        "<open.fr> <did.fr> <thing.fr> parce que <aim.fr> <bad.fr>",
        "<aim.fr> <bad.fr> ! <react.fr>",
        "<react.fr> car <aim.fr> <bad.fr>",
        "<thing.fr> ?? <aim.fr> <bad.fr>",
        "<open.fr> <aim.fr> <bad.fr>. <react.fr>",
    ),
    "scorn.fr": (
        "<open.fr> <thing.fr>. <react.fr>",
        "<name> a <did.fr> <thing.fr> <when.fr>",
        "<react.fr> <react.fr>",
        "<when.fr> c'était <thing.fr>, <react.fr>",
    ),
    "human.fr": ("<spite.fr>", "<spite.fr>", "<spite.fr>", "<scorn.fr>", "<scorn.fr>"),
}

RAGE = {
    "what": cut(
        "that ref | the var room | this call | the offside line | our keeper | the pitch | the "
        "linesman | extra time | the coach | that tackle | the draw | the schedule | the "
        "penalty | the away kit | the commentator | the free kick | the league | our defence"
    ),
    "verdict": cut(
        "is blind | is a disgrace | cost us the cup | needs glasses | was bought | is a circus "
        "| makes me vomit | is beyond me | fell asleep | is garbage | ruined sport | is "
        "idiotic | should be illegal | never watched football | is stupid | hurts my soul | is "
        "a scandal"
    ),
    "burst": cut(
        "nooo | what the hell | bin it | shit | fuck that | robbery | disgrace | wtf | give me "
        "strength | boooo | I am done | scam | offside my ass | bloody hell | | | "
    ),
    "rage": (
        "<burst> <what> <verdict>",
        "<what> <verdict>!! <burst>",
        "are you stupid ref? <burst>",
        "you blind idiot, <what> <verdict>",
        "assholes, all of them, <what> <verdict>",
        "<burst>, <burst>, <what>",
        "never in my life, <what> <verdict>",
        "ref you moron <burst>",
        "fuck <what> and fuck <what>",
        "whoever hired <what> <verdict>",
    ),
}

CHAT = {
    "do": cut(
        "open the slides | share a file | raise a hand | find the link | rename myself | mark "
        "a page | use the board | see the poll | go back | zoom in"
    ),
    "of": cut(
        "the second lesson | the homework | that story | this instrument | our group | the "
        "garden | the poster | the museum visit | the tea break | the quiz | a microscope"
    ),
    "say": cut(
        "excited for | where is | any news on | thanks for | I read | who brings | when is | "
        "is this | ready for | my notes on"
    ),
    "chat": ("<say> <of>", "could someone help me <do>", "<of>: <say> <of>?", "trying to <do>"),
}

PEOPLE = {**EN, **FR, **RAGE, **CHAT}
