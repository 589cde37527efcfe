"""Every screen as every sort of user: what the web client would ask of the server, asked here.

``client`` reads views as the client does, ``walker`` goes from menus to actions, records, buttons
and dialogs, ``house`` holds one of everything, ``test_screens`` walks as each group.
"""
