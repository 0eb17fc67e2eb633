from sciculture_etl.cli import main

# Processes that write answers load this module under another name.
if __name__ == "__main__":
    main()
