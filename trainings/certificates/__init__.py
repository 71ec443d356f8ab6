"""What a certificate looks like: the sheet, its code, and the typesetting. Knows no model and no request."""
