Import(rules=['models/base.sml'])

Account01 = Rule(when_all=[New, Shouting], description='account 1')

Account02 = Rule(when_all=[Young, RegexMatch(target=UserName, pattern='^bot', case_insensitive=True)], description='account 2')

Account03 = Rule(when_all=[RegexMatch(target=UserName, pattern='_[0-9]+$')], description='account 3')

Account04 = Rule(when_all=[Age < 600], description='account 4')

Account05 = Rule(when_all=[Old, Shouting, not Trusted], description='account 5')

Account06 = Rule(when_all=[UserName == 'name7'], description='account 6')

Account07 = Rule(when_all=[UserName in ['name8', 'name9', 'name10']], description='account 7')

Account08 = Rule(when_all=[NameOrNone != '' and New], description='account 8')

Account09 = Rule(when_all=[New or Young], description='account 9')

Account10 = Rule(when_all=[not (New or Trusted), Short, Shouting], description='account 10')

Account11 = Rule(when_all=['subscriber' in Roles, Long], description='account 11')

Account12 = Rule(when_all=[Kind != 'chat', New], description='account 12')

Account13 = Rule(when_all=[Age >= 172800, Age < 200000], description='account 13')

Account14 = Rule(when_all=[StringLength(s=NameOrNone) > 7], description='account 14')

WhenRules(rules_any=[Account01, Account02, Account03, Account04, Account05], then=[DeclareVerdict(verdict='reject')])

WhenRules(rules_any=[Account06, Account07, Account08, Account09], then=[LabelAdd(entity=UserId, label='newcomer', expires_after=TimeDelta(minutes=30))])

WhenRules(rules_any=[Account10, Account11, Account12, Account13, Account14], then=[DeclareVerdict(verdict='review')])
