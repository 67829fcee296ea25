"""Personal data published about somebody: phone, e-mail, IBAN, postal address."""
