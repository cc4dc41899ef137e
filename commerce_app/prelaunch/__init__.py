"""The checklist before a banner: is the shop ready for what a campaign will bring?"""
