"""The rest of Wakeful behind the API: learn, decide, act."""
