"""Did it change when the programme came?"""
