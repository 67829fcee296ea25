Import(rules=['models/base.sml'])

Word01 = Rule(
  when_all=[RegexMatch(target=Text, pattern='free *foll?owers', case_insensitive=True), not Trusted],
  description='pattern 1',
)

Word02 = Rule(
  when_all=[RegexMatch(target=Text, pattern='cheap +viewers', case_insensitive=True), not Old],
  description='pattern 2',
)

Word03 = Rule(
  when_all=[RegexMatch(target=Text, pattern='\\bw[o0]rd[1-5]\\b', case_insensitive=False), New or Long],
  description='pattern 3',
)

Word04 = Rule(
  when_all=[RegexMatch(target=Text, pattern='crypto|bitcoin', case_insensitive=True)],
  description='pattern 4',
)

Word05 = Rule(
  when_all=[RegexMatch(target=Text, pattern='^!\\w+', case_insensitive=False), not Trusted],
  description='pattern 5',
)

Word06 = Rule(
  when_all=[RegexMatch(target=Text, pattern='(ha){3,}', case_insensitive=True), not Old],
  description='pattern 6',
)

Word07 = Rule(
  when_all=[RegexMatch(target=Text, pattern='give ?away', case_insensitive=True), New or Long],
  description='pattern 7',
)

Word08 = Rule(
  when_all=[RegexMatch(target=Text, pattern='discord\\.gg/[a-z0-9]+', case_insensitive=True)],
  description='pattern 8',
)

Word09 = Rule(
  when_all=[RegexMatch(target=Text, pattern='[0-9]{6,}', case_insensitive=False), not Trusted],
  description='pattern 9',
)

Word10 = Rule(
  when_all=[RegexMatch(target=Text, pattern='\\bshop\\b.*\\bnow\\b', case_insensitive=True), not Old],
  description='pattern 10',
)

Word11 = Rule(
  when_all=[RegexMatch(target=Text, pattern='^.{0,3}$', case_insensitive=False), New or Long],
  description='pattern 11',
)

Word12 = Rule(
  when_all=[RegexMatch(target=Text, pattern='[!?]{3,}', case_insensitive=False)],
  description='pattern 12',
)

Word13 = Rule(
  when_all=[RegexMatch(target=Text, pattern='\\bwin\\b', case_insensitive=True), not Trusted],
  description='pattern 13',
)

Word14 = Rule(
  when_all=[RegexMatch(target=Text, pattern='subscribe (to|2) me', case_insensitive=True), not Old],
  description='pattern 14',
)

Word15 = Rule(
  when_all=[RegexMatch(target=Text, pattern='telegram', case_insensitive=True), New or Long],
  description='pattern 15',
)

Word16 = Rule(
  when_all=[RegexMatch(target=Text, pattern='word(7|8|9)', case_insensitive=False)],
  description='pattern 16',
)

Word17 = Rule(
  when_all=[RegexMatch(target=Text, pattern='w[i1]n a phone', case_insensitive=True), not Trusted],
  description='pattern 17',
)

Word18 = Rule(
  when_all=[RegexMatch(target=Text, pattern='best price', case_insensitive=True), not Old],
  description='pattern 18',
)

Word19 = Rule(
  when_all=[RegexMatch(target=Text, pattern='[\\w.]+@[\\w.]+', case_insensitive=False), New or Long],
  description='pattern 19',
)

Word20 = Rule(
  when_all=[RegexMatch(target=Text, pattern='\\bdm me\\b', case_insensitive=True)],
  description='pattern 20',
)

WhenRules(rules_any=[Word01, Word02, Word03, Word04, Word05, Word06, Word07, Word08], then=[DeclareVerdict(verdict='reject')])

WhenRules(rules_any=[Word09, Word10, Word11, Word12, Word13, Word14, Word15], then=[DeclareVerdict(verdict='review'), LabelAdd(entity=UserId, label='watched', expires_after=TimeDelta(minutes=10))])

WhenRules(rules_any=[Word16, Word17, Word18, Word19, Word20], then=[DeclareVerdict(verdict='mute')])
