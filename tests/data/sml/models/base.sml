Import(rules=['models/account.sml'])

Text: str = JsonData(path='$.text')
Kind: str = JsonData(path='$.kind')
Links: List[str] = JsonData(path='$.links')
Channel: Entity[str] = EntityJson(type='Channel', path='$.channel')
Target: Entity[str] = EntityJson(type='Target', path='$.targets[0]')

HasLinks = ListLength(list=Links) > 0
Long = StringLength(s=Text) > 60
Short = StringLength(s=Text) < 12
Shouting = RegexMatch(target=Text, pattern='^[^a-z]*[A-Z][^a-z]*$')
