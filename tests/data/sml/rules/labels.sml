Import(rules=['models/base.sml'])

Label01 = Rule(when_all=[HasLabel(entity=UserId, label='watched')], description='label 1')

Label02 = Rule(when_all=[HasLabel(entity=UserId, label='watched'), HasLabel(entity=UserId, label='newcomer')], description='label 2')

Label03 = Rule(when_all=[HasLabel(entity=UserId, label='newcomer'), Shouting], description='label 3')

Label04 = Rule(when_all=[HasLabel(entity=Channel, label='linked'), HasLinks], description='label 4')

Label05 = Rule(when_all=[HasLabel(entity=UserId, label='watched'), not HasLabel(entity=UserId, label='cleared')], description='label 5')

Label06 = Rule(when_all=[HasLabel(entity=UserId, label='cleared'), Short], description='label 6')

Label07 = Rule(when_all=[not HasLabel(entity=UserId, label='watched'), Trusted, Long], description='label 7')

Label08 = Rule(when_all=[HasLabel(entity=UserId, label='watched') or HasLabel(entity=UserId, label='newcomer'), Short], description='label 8')

Label09 = Rule(when_all=[HasLabel(entity=Target, label='calm'), Shouting], description='label 9')

Label10 = Rule(when_all=[HasLabel(entity=Channel, label='linked'), New], description='label 10')

Label11 = Rule(when_all=[Trusted, Short], description='label 11')

Label12 = Rule(when_all=[HasLabel(entity=UserId, label='newcomer'), not Trusted, Long], description='label 12')

Label13 = Rule(when_all=[HasLabel(entity=UserId, label='watched'), Old], description='label 13')

WhenRules(rules_any=[Label02, Label03, Label04, Label05], then=[DeclareVerdict(verdict='reject')])

WhenRules(rules_any=[Label07, Label11], then=[LabelAdd(entity=UserId, label='cleared', expires_after=TimeDelta(minutes=20)), LabelRemove(entity=UserId, label='watched'), LabelAdd(entity=Target, label='calm', expires_after=TimeDelta(minutes=5))])

WhenRules(rules_any=[Label01, Label06, Label08, Label09, Label10, Label12, Label13], then=[DeclareVerdict(verdict='review')])
