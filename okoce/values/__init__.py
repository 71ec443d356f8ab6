"""Pure values of the programme: NIK, phone, rupiah, names and periods. No Django in here."""
