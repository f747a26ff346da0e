"""Between a request and the network: what may be asked, whose turn it is, and how warily the answer is read.

Everything passes here, pages, pictures and robots.txt alike; `gate` is the way through.
"""
