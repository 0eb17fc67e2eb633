from sciculture_etl.cli import command

# Processes that write answers load this module under another name.
if __name__ == "__main__":
    command()
