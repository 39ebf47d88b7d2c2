"""Forward sensitivities: derivatives by parameters, eight side by side."""
