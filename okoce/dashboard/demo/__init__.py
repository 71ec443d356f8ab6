"""The demonstration programme: West Jakarta around today, told with the portal's own services.

Everybody in it is invented: NIK serials are 9001-9999 and every phone number has 0000 in it.
"""
