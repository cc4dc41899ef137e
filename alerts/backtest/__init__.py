"""Rules run over a whole history at once: when would each alert have fired and reset?"""
