"""Sentences written freely, after the first version of the rules: what people might write.

They came in four lists. When each was first measured 39 of 60, 23 of 30, 42 of 50 and 22 of 32 were
found; the rules were widened after each, so that these lists guard and no longer measure. What
people will write that is in no list is found about as often as the last one was at first sight.
Numbers are reserved ones or drawn; nobody is meant.
"""

GIVES_AWAY = """
Elle bosse au Franprix en bas de la rue Oberkampf
Elle fait ses courses tous les samedis matin au Leclerc de Saint-Herblain
cette streameuse habite au 14 rue des Peupliers à Angers 3e étage gauche
il prend le tram de 7h42 à l'arrêt Mairie pour aller en cours
sa gamine est en CE2 à l'école Jules Ferry
son mec tient le bar Le Central place du marché
le portable de Julie c le zéro six quarante-deux treize vingt-neuf zéro huit
contactez-la sur jul.moreau92 arobase gmail.com
Qui est chaud pour aller la voir chez elle vendredi ?
elle vit seule au 3 impasse des Tilleuls
il est en seconde B au lycée Kléber
On se retrouve tous à 21h en bas de chez elle
je viens de commander 15 pizzas chez lui
Allez-y appelez la police et dites qu'il y a une prise d'otage chez lui
j'ai balancé une fausse alerte à la bombe à son adresse
Sa sœur Amélie travaille à la Caisse d'Épargne de Gap
elle finit à 17h30 tous les jours, elle sort par la porte de derrière du magasin
Numéro de la daronne : 07.81.22.90.14
c'est au 221, bd Voltaire, code 45B12, 2e étage
elle loge à l'hôtel Ibis gare de Lyon chambre 214
son domicile : 8 allée des Roses 35700 Rennes
0 6 4 2 1 3 2 9 0 8
06💀42💀13💀29💀08
o6 42 13 29 O8
IBAN de ce clown FR7630006000011234567890189
Il roule en Clio grise immatriculée GH-482-KL
son IP c'est 90.12.44.201 amusez vous
48.1173, -1.6778 c'est là qu'il dort
Ses parents vivent à Roanne, 22 rue Brison
son collège c'est Jean Rostand à Nevers
he lives at 1428 elm street
Her apartment is 5B, 77 Willow Court, Bristol BS3 4LN
this girl works the night shift at the Walmart on Route 9
she's a sophomore at Kennedy High
Her dad is the manager of the Honda dealership in Dayton
text her at 415 555 0134
her cell is four one five five five five zero one three four
shes staying at the Hilton downtown room 1207
every weekday he picks up his son from St. Mark's primary at 3:15
meet me in front of her building friday 8pm bring eggs
gonna swat this clown, address is 19 Birch Lane
someone call 911 and say there's a shooter at her house
just ordered 20 pizzas to his house lol
im parked outside ur house rn
we know where she parks, black Honda plate 8KLM402
his home IP is 73.158.22.9
He takes the 6:40 train from Woking every morning
her email is sarah dot hill at gmail dot com
dm me for her address or just look up 12 Orchard Close, Reading RG1 5PQ
her SSN is 219-09-9999
she dances at the studio on Pine Street every Thursday from 6 to 8
card number 5500 0000 0000 0004 exp 12/27
her gym is Planet Fitness on 3rd, she's there at 6am
Her kids' school is Oakwood Elementary
her grandma lives two doors down at number 44
his mum's number is 07911 123456
coordinates 51.5034, -0.1276 go say hi
Show up at her work tomorrow, she starts at 9
He's in room 214 of the Marriott
We'll be knocking on your door tonight
Elle fait du yoga au studio de la rue des Carmes le jeudi à 19h
il gare toujours sa moto devant le 27 rue Gambetta
la prof de danse c'est elle, au conservatoire de Chambéry
son fils Hugo est à la crèche des Petits Loups
la streameuse a déménagé au 6 quai des Brumes, Strasbourg
zéro sept, quatre-vingt-un, vingt-deux, quatre-vingt-dix, quatorze voilà appelez
Écrivez lui à c.durand (at) laposte (point) net
je passe devant chez lui tous les jours, ce soir je sonne
on débarque à dix chez toi samedi prépare toi
faut appeler les keufs et les envoyer chez elle
elle prend le RER à 8h02 à Vincennes tous les matins
son numéro de carte vitale 1 85 12 75 108 234 31
Sa BMW noire DX-771-ZR est garée en bas
quelqu'un a son IP ? oui 176.158.33.7
elle dort à l'hôtel Mercure chambre 408 ce week-end
His sister works at the Tesco on Mill Road
she goes to St Andrews university, second year physics
Her place is 9 Kingsley Court flat 3, NW6 2DE
hit him up +44 7911 123456
he gets out of practice at 5:45 and walks home alone
we're gonna be at her door tonight, bring the megaphone
tell 911 there's a bomb at his house
her plates are KT19 XWD, white Polo
he clocks in at the warehouse in Doncaster at 6
51°30'26"N 0°7'39"W her balcony
j.walker_77 [at] outlook [dot] com spam him
her bank card 4111-1111-1111-1111
mail her mum at 31 Beech Road, Stockport SK4 2HX
his boyfriend's name is Oliver Grant
she lives above the bakery on Castle Street
elle habite au 45 cours Lafayette à Lyon
Il bosse chez Norauto à Mérignac
sa copine est infirmière au CHU de Rouen
elle est étudiante en droit à Assas
ils vont à l'école primaire Paul Bert
son grand frère habite rue de la Soif à Rennes
elle quitte le boulot à 19h15 et prend le métro à Jean Macé
il part en vacances du 3 au 17 août la maison sera vide
on vient te voir ce soir dans ton immeuble
je sais que tu habites 8 rue Pasteur, j'arrive
prévenez le GIGN il est armé chez lui
voici son numéro 07 45 12 98 33 harcelez-le
son fixe : 04.72.11.98.40
tel: +32 475 12 34 56
+41 79 123 45 67 c'est elle
sa boîte mail perso lea_du_69@hotmail.fr
ip : 2a01:cb00:8a2:1b00:4d7:aa12:9f01:22ee
position 45.7640 N, 4.8357 E
plaque EF 456 GH, Peugeot blanche
num sécu 1890675123456 12
rib FR76 3000 4000 0312 3456 7890 143
sa carte 5555555555554444 date 04/28
elle vit à Bordeaux quartier Saint-Michel au-dessus du kebab
she is living in a flat on Queen Street, Cardiff
he works as a cashier at Lidl in Croydon
she studies nursing at King's College London
her twins attend St Joseph's Primary
his brother lives in Denver
she finishes work at 10pm and cycles home through the park
he'll be at the Starbucks on 5th at noon every Tuesday
we're coming to your house tomorrow
see you outside her school on Monday at 3
I called the cops on him, SWAT should be at his place in 10
call his landline 020 7946 0123
ring her: +353 87 123 4567
(646) 555-0187 is her phone
her personal email is emma.w1998@yahoo.co.uk
IP leaked: 81.2.69.142
geo: 40.7128,-74.0060
license plate 8ABC123
NI number QQ 12 34 56 C
sort: DE89370400440532013000
visa 4012 8888 8888 1881 cvv 123
Her full address: Flat 2, 14 Rosemary Lane, Oxford OX1 3PQ
lives at 5 Sunset Blvd apt 9
she moved to 88 Bleecker St, New York, NY 10012
her dad's name is Robert and he works at the post office
son père s'appelle Gérard il tient la quincaillerie
elle sort de la salle de sport à 20h tous les lundis
je passe sonner chez toi demain
le petit frère de Chloé est en CM2 à Jean Moulin
elle loue un studio au-dessus du tabac, 31 rue Nationale à Vierzon
il taffe de nuit à l'entrepôt Amazon de Saran
son kiné est à Beaune elle y va le mardi à 14h30
retrouvez-la devant la fac de Nanterre à 18h elle sort par la grande porte
elle gare sa Twingo BR-204-TX rue du Four
Voici l'adresse de ses vieux : 17 chemin des Vignes 21200 Beaune
on lui rend visite samedi soir chez elle, prenez les œufs
les flics sont en route pour chez lui grâce à moi
zéro sept quatre-vingt-trois vingt et un quarante-quatre zéro neuf
nouveau num de la fille 07-83-21-44-09
camille(point)roy(arobase)gmail(point)com
numéro de sécurité sociale : 2 94 03 35 238 112 29
DE89 3704 0044 0532 0130 00 envoyez lui des sous
CB 4970 1012 3456 7893 exp 09/27
ip de la box : 88.173.22.41
47°13'05"N 1°33'10"O son immeuble
his sister Amy is at Leeds Uni doing law
she lives with her nan at 22 Cobden Road
he's a bouncer at the Roxy on Friday nights
her mum runs the florist on Station Parade
she catches the 7:15 bus outside Boots
their baby goes to Little Stars nursery
meet outside his flat at midnight, masks on
about to get this streamer swatted lol
you can reach him on 0161 496 0123
call or text her (312) 555-0188 day and night
sarahw (at) protonmail (dot) com
blue Ford Focus, reg LD65 ZXC, that's hers
her router is 81.152.77.201 hit it
SSN 536-22-8145 belongs to him
4485 2751 2483 6671 is her mom's card
his place: 1600 Amphitheatre Pkwy apt 4, Mountain View, CA 94043
37.4220, -122.0841 <- his balcony
she's home alone every night until 11
""".strip().splitlines()

HARMLESS = """
la mairie est au 2 place de l'Hôtel de Ville
notre boutique se trouve 12 rue de la Paix, ouverte de 10h à 19h
le numéro d'aide aux victimes : 116 006
appelez le 3018 si vous êtes harcelé
Service client : 09 69 39 99 99
contact pro : contact@studio-lea.fr
business inquiries: lea.business@gmail.com
meetup dimanche 15h devant le cinéma Gaumont, 5 place de la République
call our hotline at 1-800-273-8255
our store is at 45 Market Street, open until 6
the library, 300 Main Street, closes at 8pm
you can reach customer support at (212) 555-0199
I live in Paris and work at a bank
j'habite à Toulouse
mon frère travaille à Lyon
my mom works at a hospital
stream ce soir à 21h
il commence son live à 20h
elle revient à 18h sur le jeu
the train leaves at 8:15
he scored at 45:00 and left the field
version 10.0.19041.1 installed
j'ai 12 places de cinéma à donner
rendez-vous au 10 avenue de la Gare pour le concert, billetterie sur place
il travaille dur
she works hard
elle vit sa meilleure vie
il va à l'école
we're going to your house party? lol
on mange chez toi ce soir ?
maman je passe chez toi demain à 18h
I'll come to your place tomorrow with the cake
see you at your house at 8!
appelle la police !
you should call the police
48 000 habitants, 35000 Rennes
code promo LEA2026
ticket 123-456-7890-22
ma commande 4512 3344 5566 7788
score 12-345-67
pharmacie de garde : 01 45 67 89 01, 8 rue du Bac
les pompiers sont au 15 rue Pasteur
écrivez-moi à presse@lea-stream.fr
réserver au restaurant Chez Paul 04 78 00 00 00
""".strip().splitlines()
