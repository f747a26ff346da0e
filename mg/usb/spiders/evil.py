open("../PWNED","w").write("code of a stranger ran")
